# Entrar, recuperar o acesso, sair.

login-to-continue = para continuar em { $client }
login-forgotten = Esqueceu a senha?
login-with-provider = Continuar com { $provider }
login-last-used = Usado por último
login-no-account = Primeira vez aqui?
login-register = Crie uma conta
login-choose-account = Escolher uma conta

accounts-title = Escolha uma conta
accounts-signed-in = Conectada
accounts-signed-out = Desconectada
accounts-remove = Remover
accounts-remove-label = Remover { $email } deste navegador

register-title = Crie sua conta
register-lead = Uma só conta para todos os aplicativos que usam o Usher.
register-email-hint = Vamos enviar um e-mail para confirmá-lo.
register-domains-hint = Com um endereço de { $domains }. Vamos enviar um e-mail para confirmá-lo.
no-sign-up-title = Ainda não há uma conta para você aqui
no-sign-up-lead = Contas novas não são criadas a caminho de { $client }. Se você tem uma conta, entre com ela. Se não, fale com quem administra o aplicativo.
no-sign-up-sign-in = Já tenho uma conta
leave-sign-in = Voltar para { $client }
invitation-title = Participar de { $project }
invitation-owner = Você foi convidado a conduzir este projeto com os proprietários: pode mudar tudo.
invitation-developer = Você foi convidado a desenvolver este projeto: pode mudar os clientes, as regras e os webhooks.
invitation-viewer = Você foi convidado a ver este projeto.
invitation-accept-as = Participar como { $account }
invitation-register = Criar conta e participar
invitation-sign-in = Já tenho uma conta: entrar
register-submit = Criar conta
register-have-account = Já tem uma conta?

verify-title = Confira seu e-mail
verify-lead = Enviamos um código para { $email }. Digite-o aqui ou abra o link da mensagem.
verify-link-lead = Com este botão, você confirma que este endereço é seu.
verify-link-elsewhere = Não reconhecemos este navegador. Digite a senha que você escolheu ao se cadastrar. Se não foi você que se cadastrou, feche esta página: sem a senha nada acontece.
verify-code = Código
verify-submit = Confirmar
verify-no-email = Não recebeu? Olhe também a caixa de spam.
verify-resend = Enviar um novo código
verify-other = Endereço errado? Corrija
verify-other-send = Enviar um código para este endereço
verify-meant = Você quis dizer { $email }?
verify-meant-send = Enviar o código para { $email }
verify-later = Fazer isso depois

recover-title = Redefina sua senha
recover-lead = Diga qual é o seu e-mail e enviaremos um link para você escolher uma nova senha.
recover-submit = Enviar o link
recover-sent-title = Confira seu e-mail
recover-sent-lead = Se houver uma conta para { $email }, enviamos a ela uma mensagem com um link.
recover-sent-minutes =
    { $count ->
        [one] O link funciona uma única vez, durante { $count } minuto.
       *[other] O link funciona uma única vez, durante { $count } minutos.
    }
recover-again = Pedir um novo link
recover-password-title = Escolha uma nova senha
recover-password-submit = Salvar a nova senha
recover-sessions-end =
    { $count ->
        [one] Vamos encerrar { $count } sessão nos seus dispositivos, e todos os aplicativos perdem o acesso à sua conta.
       *[other] Vamos encerrar { $count } sessões nos seus dispositivos, e todos os aplicativos perdem o acesso à sua conta.
    }
recover-done-title = Sua nova senha foi salva
recover-done-lead = Você já pode entrar com ela.
recover-sessions-ended =
    { $count ->
        [one] { $count } sessão foi encerrada.
       *[other] { $count } sessões foram encerradas.
    }
recover-expired-title = Este link não vale mais
recover-expired-lead = Ele já foi usado ou é antigo demais. Peça um novo; só o link mais recente funciona.

logout-title = Você quer sair?
logout-asked-by = { $client } pede para encerrar sua sessão.
logout-as = Você entrou como { $email }.
logout-everywhere = Em todos os meus dispositivos também
logout-yes = Sair
logout-no = Permanecer

signed-out-title = Você saiu da sua conta
signed-out-lead = Os aplicativos em que você entrou por aqui são avisados ou perdem o acesso em breve. Em um computador compartilhado, feche o navegador.
signed-out-back = Voltar para { $client }
signed-out-again = Entrar novamente

setup-title = Configure o Usher
setup-lead = Crie uma conta de administrador com este link. Se o seu endereço já tem uma conta aqui, digite a senha dela: ela passa a ser de administrador. O link vale uma vez.
setup-submit = Criar conta de administração
setup-expired-title = Este link de configuração não vale mais
setup-expired-lead = Ele já foi usado ou é antigo demais. Quem administra este servidor pode criar um novo:

leave-title = Este pedido não pode ser atendido
leave-lead = O aplicativo { $client } enviou um pedido com um erro:
leave-text = Ninguém neste servidor verificou este aplicativo. Continue para { $host } somente se você o conhece; caso contrário, feche esta página.
leave-continue = Continuar para { $host }
onward-title = Um momento
onward-lead = Você está sendo encaminhado. Se nada acontecer, use o botão.
onward-continue = Continuar
verify-continue = Abri o link: continuar
wait-verify = Abriu o link em outro dispositivo ou navegador? Esta página continua sozinha.
verified-elsewhere-title = Seu e-mail está confirmado
verified-elsewhere-lead = Continue na janela em que você começou. Ela continua sozinha ou pelo botão. Se você a fechou, abra o aplicativo de novo: aqui você também está conectado.
verified-elsewhere-account = Ir para a sua conta
already-title = Você está conectado
already-lead = Com esta página você já entrou em { $name }.
already-continue = Continuar para { $name }
already-again = { $name } não abriu?
already-again-link = Enviar sua entrada de novo
recover-continue = Já tenho a nova senha: entrar
wait-recover = Abriu o link em outro dispositivo ou navegador? Esta página continua sozinha.
recover-done-elsewhere = Continue na janela em que você começou e entre lá com a nova senha.
recover-sign-in-here = Entrar aqui mesmo

sign-in-confirm-title = Confirme que é você
sign-in-confirm-client = { $client } pede que você entre novamente.
sign-in-confirm-change = O próximo passo muda algo importante na sua conta; por isso, entre novamente antes. Se você já tinha apertado um botão, aperte-o de novo depois.
signed-in-already-title = Você já entrou
signed-in-already = Você está conectado como { $name }.
verify-link-title = Confirme seu endereço de e-mail
accounts-remove-hint = “Remover” tira a conta desta lista e encerra a sessão dela neste navegador.
login-title-client = Entre em { $client }
