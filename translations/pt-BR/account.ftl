# As páginas da própria pessoa.

profile-title = Seu perfil
profile-lead = Os aplicativos veem daqui apenas o que você permitir.
profile-verified = Confirmado
profile-unverified = Não confirmado
profile-verify = Confirmar agora
profile-locale-browser = O mesmo do navegador

security-title = Segurança
password-change = Alterar a senha
password-set = Definir uma senha
password-change-ends = Suas outras sessões serão encerradas; esta continua.
sessions-title = Onde sua conta está conectada
sessions-lead = Se não reconhecer alguma destas sessões, encerre-a e altere sua senha.
session-device = Dispositivo
session-ip = Endereço IP
session-created = Entrada
session-last-seen = Última atividade
session-this = Esta
session-end = Encerrar
sessions-everywhere = Sair de todos os dispositivos
sessions-everywhere-text = Encerra todas as sessões, inclusive esta.

not-me-title = Não foi você?
not-me-lead = Então vamos tirar todo mundo da sua conta. Isto acontece na hora:
not-me-ends = Todas as sessões são encerradas, e todos os aplicativos perdem o acesso.
not-me-freezes = Por um dia, ninguém pode mudar a proteção da conta.
not-me-mails = Enviamos a você um caminho de volta: um link para escolher uma nova senha.
not-me-button = Não fui eu: encerrar tudo
not-me-was-me = Se foi você afinal, basta fechar esta página.
not-me-done-title = Tudo foi encerrado
not-me-done-lead = Ninguém mais está dentro da sua conta, e nenhum aplicativo tem acesso a ela.
not-me-done-next = Veja seu e-mail: há uma mensagem com o seu caminho de volta. Ele funciona por 24 horas.
not-me-expired-title = Este link não vale mais
not-me-expired-lead = Ele já foi usado ou tem mais de uma semana. Se algo parece errado, entre e veja sua atividade.
sign-in-again = Entrar
message-frozen = Esta conta foi bloqueada depois de “não fui eu”: por um dia, ninguém pode mudar a sua proteção.
