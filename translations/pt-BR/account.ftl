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
