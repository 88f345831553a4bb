# O que um aplicativo pede.

consent-title = { $client } quer usar sua conta
consent-signed-in-as = Você entrou como
consent-api = Usar { $api } em seu nome
consent-api-host = Uma API em { $host }.
consent-scopes = O aplicativo pede
consent-new = Novo
consent-goes-to = Você volta para { $host }.
consent-allow = Permitir
consent-deny = Recusar
consent-undo = Você pode remover o acesso na sua conta a qualquer momento.
consent-unverified = Ninguém aqui verificou este aplicativo. Ele se apresenta como “{ $client }”.
consent-on-device = Ele roda no seu dispositivo, onde qualquer outro programa poderia se passar por ele: permita somente se você acabou de abri-lo.

scope-openid = Seu identificador
scope-openid-text = Um número que representa você, o mesmo em cada visita.
scope-profile = Seu perfil
scope-profile-text = Seu nome e o que mais você escreveu no perfil.
scope-email = Seu e-mail
scope-email-text = E se ele está confirmado.
scope-address = Seu endereço postal
scope-address-text = Como você o escreveu no perfil.
scope-phone = Seu telefone
scope-phone-text = E se ele está confirmado.
scope-roles = Seus papéis
scope-roles-text = O que você pode fazer neste aplicativo, como os administradores dele decidiram.
scope-offline = Acesso quando você não está
scope-offline-text = Até você sair aqui ou remover o acesso.
scope-offline-device-text = Até você remover o acesso ou encerrar a sessão do dispositivo na sua conta.
scope-other-text = Uma permissão definida pelo próprio aplicativo.
scope-usher-text = Um direito neste próprio servidor, não no aplicativo.

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
consent-new-scopes =
    { $count ->
        [one] O aplicativo pede { $count } nova permissão
       *[other] O aplicativo pede { $count } novas permissões
    }
consent-known-scopes = O aplicativo já tem

ciba-title = Foi você que iniciou isto em { $client }?
ciba-asks = Um aplicativo pede que você entre
ciba-compare = Compare este texto com o que o aplicativo mostra.
ciba-warning = Só continue se você iniciou isto agora há pouco. Quem iniciou isto entra na sua conta neste aplicativo.
ciba-not-me = Não fui eu
ciba-allowed-title = Você entrou
ciba-allowed-lead = { $client } continua sozinho em alguns segundos. Você pode fechar esta página.
ciba-denied-title = Você não entrou
ciba-denied-lead = { $client } foi avisado de que você disse não. Você pode fechar esta página.
ciba-denied-more = O que aconteceu na sua conta:
ciba-reported-title = Obrigado, ninguém entrou
ciba-reported-lead = { $client } recebeu um não e não pode lhe perguntar de novo por um dia. Quem iniciou isto sabe no máximo o seu endereço: sua senha está segura.
ciba-reported-more = Para ter certeza, veja como sua conta está protegida:
