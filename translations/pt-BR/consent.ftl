# O que um aplicativo pede.

consent-title = { $client } pede acesso
consent-signed-in-as = Você entrou como
consent-scopes = O aplicativo gostaria de
consent-api = Usar { $api } em seu nome
consent-api-host = Uma API em { $host }.
consent-new = Novo
consent-goes-to = Isto será enviado para { $host }.
consent-allow = Permitir
consent-deny = Recusar
consent-undo = Se o aplicativo quiser mais depois, você será consultado de novo. Você pode remover o acesso na sua conta a qualquer momento.

scope-openid = Saber que é você
scope-openid-text = Um identificador seu, o mesmo em cada visita.
scope-profile = Ver seu perfil
scope-profile-text = Seu nome e o que mais você escreveu no perfil.
scope-email = Ver seu e-mail
scope-email-text = E se ele está confirmado.
scope-address = Ver seu endereço postal
scope-address-text = Como você o escreveu no perfil.
scope-phone = Ver seu telefone
scope-phone-text = E se ele está confirmado.
scope-roles = Ver seus papéis
scope-roles-text = O que você pode fazer neste aplicativo, como os administradores dele decidiram.
scope-offline = Manter este acesso na sua ausência
scope-offline-text = Também quando você não estiver usando o aplicativo, até você sair aqui ou remover o acesso.
scope-offline-device-text = Também quando você não está usando o dispositivo, até retirar o acesso ou encerrar a sessão dele na sua conta.
scope-other-text = Uma permissão definida pelo próprio aplicativo.

device-title = Conectar um dispositivo
device-lead = Digite o código que o seu dispositivo mostra.
device-lead-compare = É este o código que o seu dispositivo mostra?
device-code = Código
device-code-hint = Oito letras. Maiúsculas e o hífen não importam.
device-continue = Continuar
device-warning = Só continue se você iniciou isto agora há pouco no seu próprio dispositivo. Se alguém lhe enviou este código, essa pessoa entraria na sua conta.
device-asks = Um dispositivo pede
device-compare = Compare este código com o que o seu dispositivo mostra.
device-program = Programa
device-place = Rede
device-time = Pedido em
device-allowed-title = O dispositivo está conectado
device-allowed-lead = { $client } continua sozinho em alguns segundos. Você pode fechar esta página.
device-allowed-undo = Você pode retirar o acesso a qualquer momento:
device-denied-title = O dispositivo não foi conectado
device-denied-lead = { $client } foi avisado de que você disse não. Você pode fechar esta página.
scope-of-api-text = Uma permissão definida por esta API.
