# Palavras que qualquer página pode usar.

skip-to-content = Ir para o conteúdo
dev-mode = Modo de desenvolvimento
dev-mode-text = Nada aqui é para o público: os e-mails ficam retidos e algumas verificações são mais brandas em localhost.
sections = Seções
tab-profile = Perfil
tab-security = Segurança
tab-identities = Acessos vinculados
tab-dev-mail = E-mails
dev-mail-open = Modo de desenvolvimento: abrir os e-mails retidos
language = Idioma

sign-in = Entrar
sign-out = Sair
back-to-sign-in = Voltar para a entrada
use-another-account = Usar outra conta
continue = Continuar
or = ou
save = Salvar
copy = Copiar
copied = Copiado
optional = (opcional)
name = Nome
created = Criado em

email = E-mail
password = Senha
new-password = Nova senha
current-password = Senha atual
strength-weak = Fraca: fácil de adivinhar.
strength-fair = Razoável: uma mais longa é melhor.
strength-good = Boa.
strength-strong = Forte.
password-hint =
    { $count ->
        [one] Pelo menos { $count } caractere. Algumas palavras sem relação entre si formam uma boa senha.
       *[other] Pelo menos { $count } caracteres. Algumas palavras sem relação entre si formam uma boa senha.
    }
caps-lock = O Caps Lock está ligado.
show-password = Mostrar a senha
hide-password = Ocultar a senha
given-name = Nome
family-name = Sobrenome
nickname = Apelido
birthdate = Data de nascimento
website = Site
phone-number = Telefone
phone-hint = Com o código do país, como +55 11 91234-5678.
zoneinfo = Fuso horário
zoneinfo-hint = Por exemplo, America/Sao_Paulo ou Europe/Kyiv.

privacy-policy = Política de privacidade
terms-of-service = Termos de serviço
help = Ajuda

errors-title = Confira o seguinte:

message-wrong-credentials = E-mail ou senha incorretos.
message-account-disabled = Esta conta está desativada. Fale com quem administra este serviço.
message-too-many-attempts =
    { $count ->
        [one] Foram muitas tentativas. Aguarde { $count } minuto e tente de novo.
       *[other] Foram muitas tentativas. Aguarde { $count } minutos e tente de novo.
    }
message-prove-it-is-you = Digite sua senha mais uma vez para confirmar que é você.
message-show-it-is-you = Confirme que é você, por um dos meios abaixo.
message-sign-in-restarted = Demorou um pouco, então recomeçamos. Entre novamente.
message-consent-restarted = Demorou um pouco, então perguntamos de novo. Sua resposta não foi enviada.
message-code-sent = Um novo código está a caminho.
message-email-not-sent = Nenhum e-mail foi enviado, porque vários foram enviados a este endereço em pouco tempo. Use o mais recente ou tente novamente mais tarde.
message-code-wrong = Esse não é o código do e-mail mais recente. Confira e tente de novo.
message-code-wrong-authenticator = Esse não é o código que seu aplicativo autenticador mostra agora. Digite os seis dígitos que ele mostra e confira se o relógio desse aparelho está certo.
message-code-wrong-recovery = Esse não é um dos seus códigos de recuperação ainda não usados. Confira e tente de novo, ou use outro.
message-code-used = Esse código já foi usado. Espere o aplicativo mostrar o próximo, no máximo 30 segundos, e digite-o.
message-code-expired = Este código não vale mais. Peça um novo ou comece de novo.
message-user-code-invalid = Este código está errado, já foi respondido ou expirou. Seu dispositivo mostra um novo quando você recomeça nele.
message-not-proven-yet = Seu endereço ainda não está confirmado. Digite o código ou abra o link do e-mail.
message-password-renewed = Sua nova senha foi salva. Entre com ela.
message-email-verified = Seu e-mail está confirmado.
message-email-at-sign = Um e-mail tem exatamente um @, como em ana@example.com.
message-email-local-part = Antes do @, use apenas letras de a a z sem acento, dígitos e sinais como . - _ + (sem ponto no início ou no fim, nem dois seguidos; no máximo 64 caracteres).
message-email-domain = O que vem depois do @ não é o nome de um domínio, como example.com.
message-email-dotless = O que vem depois do @ precisa de um ponto, como em example.com.
message-email-too-long = Esse e-mail é longo demais: no máximo 254 caracteres.
message-email-taken = Este endereço já tem uma conta. Digite a senha dela para continuar.
message-sign-up-domain = Contas novas para este aplicativo precisam de um endereço da sua organização.
message-sign-up-password = Contas novas para este aplicativo não têm senha. Comece com uma chave de acesso ou um provedor.
message-required = Preencha este campo.
message-too-long =
    { $count ->
        [one] Use no máximo { $count } caractere.
       *[other] Use no máximo { $count } caracteres.
    }
message-control-characters = Remova quebras de linha, tabulações e outros caracteres de controle.
message-password-short =
    { $count ->
        [one] Use pelo menos { $count } caractere.
       *[other] Use pelo menos { $count } caracteres.
    }
message-password-common = Esta senha está entre as mais comuns. Escolha outra.
message-password-own = Esta senha é pouco mais que seu nome, seu endereço ou o nome deste serviço. Escolha outra.
message-password-same = Esta já é a sua senha. Escolha uma nova.
message-password-without-address = Para entrar com uma senha, você precisa de um endereço de e-mail. Adicione um primeiro.
message-repeat-change = Nada foi alterado ainda, porque antes você precisou entrar de novo. Repita o que queria fazer.
message-current-password-wrong = Esta não é a sua senha atual.
message-password-changed = Sua senha foi alterada. Suas outras sessões foram encerradas.
message-profile-saved = Seu perfil foi salvo.
message-website-invalid = Digite um endereço que comece com https:// ou http://.
message-birthdate-invalid = Digite a data como ano-mês-dia, por exemplo 1990-05-31.
message-zone-invalid = Não conhecemos este fuso horário. Digite algo como America/Sao_Paulo.
message-phone-invalid = Digite um número com o código do país, como +5511912345678.
message-session-ended = A sessão foi encerrada.
message-other-sessions-ended = Todas as suas outras sessões foram encerradas.
message-client-kind-missing = Escolha o tipo de aplicativo.
message-redirect-uri-missing = Um aplicativo deste tipo precisa de pelo menos uma URI de redirecionamento.
message-redirect-uri-invalid = “{ $uri }” não pode ser registrada: use https, http em localhost ou um esquema próprio, como com.example.app:/callback; sem fragmento e sem curinga.
message-client-saved = O cliente foi salvo.
message-secret-rotated = O cliente tem um novo segredo.
message-secret-just-rotated = Um segredo foi criado há instantes, e um novo o encerraria. Espere dez segundos e tente de novo.
message-web-origin-invalid = “{ $origin }” não é uma origem: escreva como https://app.example.org, sem caminho.
message-roles-claim-invalid = Use roles, groups ou um endereço https.
message-auth-method-fixed = Não é possível mudar se um cliente se autentica: crie outro cliente.
message-jwks-invalid = Informe um conjunto JWK com uma chave pública RSA, P-256 ou Ed25519, aqui ou em um endereço.
message-jwks-uri-invalid = Use um endereço https que o Usher alcance.
message-federated-invalid = Informe uma lista JSON de objetos com o issuer https e o subject exato dos tokens. O Usher precisa alcançar o emissor ou o jwks_uri.
message-cross-app-invalid = Informe uma lista JSON de objetos com a audience https, o client_id de lá e o relying_party daqui, cada audience uma vez.
message-certificate-subject-invalid = Informe um nome como está no certificado, como CN=shop,O=Example,C=PT.
message-fapi-invalid = O FAPI 2.0 exige autenticação por um JWT assinado com uma chave privada, os algoritmos PS256, ES256 ou EdDSA, endereços de redirecionamento https e nenhum código de dispositivo.
message-ciba-invalid = A chamada exige um endereço https, e os pedidos assinados, um algoritmo aceito e chaves públicas; o FAPI 2.0 exige pedidos assinados.
message-backchannel-uri-invalid = Use um endereço https que o Usher alcance.
message-link-invalid = Use um endereço https.
message-sector-invalid = Informe um endereço https que o Usher alcance, com uma lista JSON que tenha todas as URIs de redirecionamento. Identificadores pairwise precisam dela se as URIs tiverem vários hosts ou nenhum.
message-subject-type-fixed = Os identificadores de pessoas não podem ser alterados, nem o host para o qual valem: todos seriam outra pessoa neste aplicativo. Crie outro cliente.
message-audience-invalid = { $api } não é uma API deste projeto nem uma que permita este cliente. Todas devem ser de um só projeto.
message-scope-invalid = Separe os escopos por espaços; aspas e quebras de linha não são permitidas.
message-client-disabled = O cliente foi desativado. O Usher não aceita mais os tokens dele.
message-client-enabled = O cliente foi reativado.
message-client-trusted = Você responde pelo aplicativo.
message-client-distrusted = Ninguém responde pelo aplicativo.
initial-token-added = O token foi criado.
initial-token-deleted = O token foi excluído. Os clientes que ele registrou permanecem.
initial-tokens-too-many = Um projeto tem no máximo 50 desses tokens. Exclua um primeiro.
initial-token-limits = Um token registra de 1 a 100000 clientes e vale de 1 a 365 dias.
message-client-deleted = O cliente foi excluído.
message-project-created = O projeto está pronto.

device-browser-on-system = { $browser } no { $system }
device-on-system = Um navegador no { $system }
device-unknown = Um navegador desconhecido
network-named = Rede { $network }
network-local = Rede local ({ $network })
network-this-computer = Este computador
network-unknown = Uma rede desconhecida

tab-sessions = Sessões
tab-apps = Aplicativos
tab-activity = Atividade
tab-data = Seus dados
claim-sub = Seu identificador neste serviço
claim-name = Nome completo
claim-middle-name = Nome do meio
claim-preferred-username = Nome de usuário
claim-profile = Página de perfil
claim-picture = Foto
claim-gender = Gênero
claim-address = Endereço postal
claim-street-address = Rua e número
claim-postal-code = CEP
claim-locality = Cidade
claim-region = Estado ou região
claim-country = País
claim-email-verified = Se o seu endereço de e-mail está confirmado
claim-phone-verified = Se o seu telefone está confirmado
claim-roles = Seus papéis no aplicativo
claim-updated-at = Quando seu perfil mudou pela última vez
pages = Páginas
message-not-confirmed = Não é isto que a página pede para digitar.
message-access-removed = O acesso foi removido. O que o aplicativo já tem expira por si só.
message-email-changed = Seu novo endereço de e-mail está confirmado.
tab-overview = Visão geral
open-console = Abrir o console
switch-account = Trocar de conta
person-menu = Menu da conta de { $name }
my-account = Minha conta
documentation = Documentação
administrator = Administrador
breadcrumb = Caminho da página
switch = Trocar
or-by-email = ou com seu e-mail
state-on = Ativada
state-off = Desativada
time-just-now = agora mesmo
time-minutes-ago =
    { $count ->
        [one] há { $count } minuto
       *[other] há { $count } minutos
    }
time-hours-ago =
    { $count ->
        [one] há { $count } hora
       *[other] há { $count } horas
    }
time-days-ago =
    { $count ->
        [one] há { $count } dia
       *[other] há { $count } dias
    }
tab-components = Componentes
