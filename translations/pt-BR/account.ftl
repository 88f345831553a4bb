# As páginas da própria pessoa.

profile-title = Perfil
profile-lead = Os aplicativos veem apenas o que você, ou quem administra este serviço, permite.
profile-verified = Confirmado
profile-unverified = Não confirmado
profile-locale-browser = O mesmo do navegador

security-title = Segurança
password-change = Alterar a senha
password-set = Definir uma senha
password-change-ends = Suas outras sessões serão encerradas; esta continua.

not-me-title = Não foi você?
not-me-lead = Então encerramos todo o acesso à sua conta. Isto acontece na hora:
not-me-ends = Todas as sessões são encerradas, todos os aplicativos perdem o acesso e a senha da conta, se houver, deixa de funcionar.
not-me-freezes = Por um dia, ninguém pode mudar o endereço nem as formas de entrar da conta, nem excluí-la.
not-me-mails = Enviamos por e-mail um link para você escolher uma nova senha.
not-me-button = Não fui eu: encerrar tudo
not-me-was-me = Se foi você afinal, basta fechar esta página.
not-me-done-title = Tudo foi encerrado
not-me-done-lead = Todas as sessões foram encerradas, nenhum aplicativo pode renovar o acesso, e a senha antiga, se havia uma, não funciona mais.
not-me-done-next = Veja seu e-mail: enviamos um link para escolher uma nova senha. Ele funciona uma única vez, por 24 horas.
not-me-done-no-mail = Sua conta não tem endereço de e-mail. Entre de novo com sua chave de acesso ou com outro provedor. Se mais alguém pode usar esse provedor no seu lugar, proteja sua conta lá primeiro.
not-me-expired-title = Este link não vale mais
not-me-expired-lead = Ele já foi usado ou tem mais de uma semana. Se algo parece errado, entre e veja sua atividade.
sign-in-again = Entrar
message-frozen = Depois de “não fui eu”, por um dia ninguém pode mudar o endereço nem as formas de entrar desta conta, nem excluí-la.

profile-no-email = Nenhum
profile-add-email = Adicionar
profile-change-email = Alterar
security-add-email = Adicionar um endereço de e-mail
profile-more = Mais sobre você

sessions-title = Sessões
sessions-lead = Onde você está conectado. Saia do que não reconhecer.
session-created = entrada { $time }
session-last-seen = atividade { $time }
session-this = Este dispositivo
sessions-others = Sair de todos os outros
sessions-everywhere = Sair de todos os lugares
sessions-everywhere-text = Encerra todas as sessões, inclusive esta.
means-password = senha
means-code = código de uso único
means-passkey = chave de acesso
means-provider = outro provedor

apps-title = Aplicativos
apps-lead = O que cada aplicativo pode ver e fazer, e o que já recebeu. Você pode remover o acesso a qualquer momento.
apps-none = Nenhum aplicativo tem acesso à sua conta.
apps-remove = Remover acesso
apps-open = Abrir
apps-may = Ele tem acesso a
apps-allowed = Permitido { $time }
apps-first = primeiro uso { $time }
apps-given =
    { $count ->
        [one] { $count } dado que ele já recebeu
       *[other] { $count } dados que ele já recebeu
    }

activity-title = Atividade
activity-lead = O que aconteceu na sua conta. Se algo não foi você, escolha “Não fui eu”: isso encerra todas as sessões e todos os acessos.
activity-filter = Mostrar
activity-everything = Tudo
activity-sign-ins = Acessos
activity-security = Segurança
activity-applications = Aplicativos
activity-account = Conta
activity-none = Ainda não há nada aqui.
activity-newest = Mais recentes
activity-older = Mais antigas
event-signed-in = Entrou
event-signed-in-again = Confirmou que é você
event-session-ended = Uma sessão terminou
event-sign-in-failed = Alguém tentou entrar e não conseguiu
event-password-changed = Senha alterada
event-password-recovered = Nova senha definida por um link enviado por e-mail
event-recovery-requested = Pediram uma mensagem para uma nova senha
event-compromise-reported = Você disse que não foi você: tudo foi encerrado
event-identity-linked = Uma forma de entrar foi adicionada
event-identity-unlinked = Uma forma de entrar foi removida
event-merged = Outra conta foi unida a esta
event-merge-undone = Uma conta unida foi separada de novo
event-token-reuse = Um token de { $client } foi usado de novo quando já havia um mais novo em uso: o acesso terminou
event-consent-granted = Permitiu { $client }
event-consent-denied = Recusou { $client }
event-consent-withdrawn = Retirou o que { $client } podia fazer
event-device-allowed = Permitiu { $client } em um dispositivo
event-device-denied = Recusou { $client } em um dispositivo
event-ciba-requested = { $client } pediu que você entrasse
event-ciba-allowed = Permitiu a entrada que { $client } pediu
event-ciba-denied = Recusou a entrada que { $client } pediu
event-ciba-reported = Você disse que não iniciou a entrada em { $client }
event-grant-created = Entrou em { $client }
event-grant-revoked = { $client } perdeu o acesso
event-id-jag-issued = { $client } obteve acesso a outro serviço
event-user-created = Conta criada
event-user-updated = Perfil alterado
event-email-changed = Endereço de e-mail alterado
event-user-disabled = Conta desativada
event-invited = Um administrador enviou um convite
event-admin-added = Passou a ser administrador
event-admin-removed = Deixou de ser administrador
event-user-enabled = Conta reativada
reason-sign-out = Você saiu.
reason-sign-out-everywhere = Você saiu de todos os lugares.
reason-ended-by-owner = Você a encerrou em outra sessão.
reason-password-changed = A senha foi alterada.
reason-password-recovered = A senha foi redefinida.
reason-reuse = Um token antigo foi usado de novo.
reason-revoked-by-client = O aplicativo o devolveu.
reason-revoked-by-project = O projeto do aplicativo o encerrou.
reason-consent-withdrawn = Você retirou o consentimento.
reason-administrator = Um administrador encerrou.
reason-client-disabled = O aplicativo foi desativado.
reason-compromise-reported = Você disse que não foi você.
not-me-link = Não fui eu

data-title = Seus dados
data-download-title = Baixe seus dados
data-download-text = Um arquivo com seu perfil, formas de entrar, sessões, aplicativos e atividade. Sem senhas nem chaves.
data-download = Baixar meus dados
data-delete-title = Excluir sua conta
data-delete-text = Isto não pode ser desfeito.
data-delete-ends = Todas as sessões são encerradas, e todos os aplicativos perdem o acesso.
data-delete-erases = Seu perfil, seu endereço e todas as formas de entrar são apagados, também os das contas que você uniu a esta. Nosso registro guarda o que aconteceu e quando, sob identificadores sem nome.
data-delete-for-good = O que os aplicativos sabem sobre você fica com eles: peça a eles.
data-delete-again = Antes disso, confirme que é você.
data-delete-sign-in = Confirmar que sou eu
data-delete-type-email = Para continuar, digite seu endereço de e-mail:
data-delete-type-number = Para continuar, digite seu identificador:
data-delete-confirmation = Confirmação
data-delete = Excluir minha conta para sempre
gone-title = Sua conta foi excluída
gone-lead = Seu perfil, seu endereço e todas as formas de entrar foram apagados.
gone-email = Enviamos uma última mensagem para confirmar.

change-email-title = Seu endereço de e-mail
change-email-lead = Seu endereço agora é { $email }.
change-email-none = Sua conta ainda não tem endereço de e-mail.
change-email-new = Novo endereço de e-mail
change-email-hint = Enviamos um código e um link para lá. Nada muda até você usar um deles.
change-email-back = Voltar ao perfil
change-email-sent = Enviamos um código para { $email }. Digite-o aqui ou abra o link da mensagem.
change-email-confirm = Confirmar o novo endereço
change-email-other = Usar outro endereço
change-email-to = Quando você confirmar, o endereço da sua conta passa a ser { $email }.
suggested-email-title = Outro endereço
suggested-email-lead = Ele só passa a ser o endereço desta conta se você quiser e depois que você o confirmar com um código.
suggested-email-by = { $provider } informa que este é o seu endereço.
suggested-email-take = Usar este endereço
suggested-email-take-label = Usar este endereço: { $email }
suggested-email-dismiss = Não sugerir de novo
suggested-email-dismiss-label = Não sugerir de novo: { $email }

sessions-notified-title = Avisados de sessões encerradas
sessions-notified-text = Aplicativos que foram avisados no último dia e os que ainda estão sendo avisados.

receipt-title = O que acontece com seus aplicativos
receipt-notified = Foi avisado e confirma que desconectou você.
receipt-retrying = Ainda não respondeu; continuamos tentando.
receipt-ends =
    { $count ->
        [one] O acesso dele termina em até { $count } minuto.
       *[other] O acesso dele termina em até { $count } minutos.
    }
receipt-modules =
    { $count ->
        [one] Os módulos locais dele recusam sua sessão. Onde um token é verificado de outra forma, o acesso termina em até { $count } minuto.
       *[other] Os módulos locais dele recusam sua sessão. Onde um token é verificado de outra forma, o acesso termina em até { $count } minutos.
    }
receipt-module-acknowledged = O módulo local { $name } confirmou isto: { $time }.
receipt-module-waiting = O módulo local { $name } ainda não confirmou isto.
receipt-over = O acesso dele terminou.
receipt-meaning = Nada mais é renovado. O que um aplicativo já tem termina por si só.
overview-safe-title = Sua conta está bem protegida
overview-safe-text = Não há nada a fazer.
overview-request = { $client } pede que você entre
overview-request-text = Responda só se foi você que iniciou.
overview-request-open = Ver o pedido
overview-address-title = Adicione um e-mail
overview-address-text = Com ele você recupera a conta e fica sabendo de mudanças nela.
overview-passkey-title = Adicione uma chave de acesso
overview-passkey-text = Mais rápida que uma senha, e nenhuma página falsa pode roubá-la.
overview-totp-title = Configure uma segunda etapa
overview-totp-text = Assim, uma senha roubada sozinha não abre nada.
overview-codes-title = Crie códigos de recuperação
overview-codes-text = Eles deixam você entrar se perder o celular ou a chave de acesso.
overview-do = Abrir segurança
overview-sessions =
    { $count ->
        [one] Conectado em { $count } dispositivo
       *[other] Conectado em { $count } dispositivos
    }
overview-sessions-all = Todas as sessões
overview-apps =
    { $count ->
        [0] Nenhum aplicativo tem acesso
        [one] { $count } aplicativo tem acesso
       *[other] { $count } aplicativos têm acesso
    }
overview-apps-all = Todos os aplicativos
overview-activity = Atividade recente
overview-activity-all = Toda a atividade
security-lead = Como você prova que é você. Mudanças pedem uma entrada recente.
sessions-computers = Computadores
sessions-portable = Celulares e tablets
not-you = Não foi você?
apps-used = usado { $time }
