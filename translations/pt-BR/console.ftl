# O console e o modo de desenvolvimento.

console-title = Console
console-empty = Ainda não há projetos. Crie o primeiro e adicione o aplicativo em que as pessoas vão entrar.
projects = Projetos
clients = Clientes
project-new = Novo projeto
project-new-text = Um projeto reúne seus aplicativos e o que eles podem fazer.
project-create = Criar projeto
project-id = Id do projeto
project-token = Token do projeto
project-token-text = Ele dá acesso à API do projeto e decifra o histórico. Guarde-o junto com seus outros segredos; o Usher guarda apenas um hash dele.
project-no-clients = Ainda não há clientes. Um cliente é um aplicativo em que as pessoas entram.
shown-once = Exibido só desta vez.

shown-before = Isto já foi exibido uma vez e não pode ser exibido de novo. Se você não o guardou, crie outro.

members = Membros
members-none = Por enquanto, só administradores trabalham neste projeto.
member-since = Membro desde { $time }
member-role = Função
member-role-of = Função de { $member }
member-change = Mudar função
member-remove = Remover
member-leave = Sair do projeto
member-email-hint = A pessoa recebe um e-mail com um link, tenha ou não uma conta aqui.
member-invite = Convidar alguém
member-invite-send = Enviar convite
member-invited = O convite foi enviado. O link vale por uma semana.
member-joined = Agora você é membro deste projeto.
member-invitations = Convites
member-invitation-sent = Enviado { $time }.
member-invitation-until = Válido até { $time }.
member-invitation-expired = Expirou { $time }.
member-invitation-resend = Enviar de novo
member-invitation-resent = Outro e-mail foi enviado. O link do anterior não vale mais.
member-invitation-withdraw = Retirar
member-invitation-withdrawn = O convite foi retirado. O link não vale mais.
invitations-too-many = Já há 100 convites em espera. Retire alguns primeiro.
member-changed = A função foi alterada.
member-removed = O membro foi removido.
member-already = Esta pessoa já é membro.
member-last-owner = Um projeto precisa de ao menos um proprietário. Primeiro dê essa função a outra pessoa.
role-viewer = Leitor
role-viewer-text = Vê tudo o que não é secreto.
role-developer = Desenvolvedor
role-developer-text = Também altera clientes, webhooks e regras de acesso.
role-owner = Proprietário
role-owner-text = Também altera membros e o token, e pode excluir o projeto.

token-rotate = Trocar o token
token-rotate-text = O token também decifra o histórico do projeto. Informe o atual, para que o novo decifre tudo.
token-current = Token atual
token-current-hint = Sem ele, todo o histórico fica ilegível para sempre e é excluído.
token-discard = O histórico pode ser excluído
token-discard-text = Somente se o token atual se perdeu.
token-overlap = O token atual continua valendo por
token-overlap-hint = Tempo suficiente para todos os serviços adotarem o novo. Se o token vazou, encerre-o já.
token-make = Criar um novo token
token-rotated = O projeto tem um novo token.
token-history-lost = Este não é o token mais recente do projeto. Sem ele o histórico se perde: informe-o ou marque abaixo que o histórico pode ser excluído.
token-overlap-bad = Escolha uma destas opções: o máximo são 30 dias.
token-superseded = Outra pessoa acabou de trocar o token. Nada foi feito.
overlap-none = tempo nenhum: termina já
overlap-hour = uma hora
overlap-day = um dia
overlap-week = sete dias
overlap-month = 30 dias

modules = Módulos
modules-text = Um módulo local verifica cada requisição dentro de uma aplicação. Ele sabe em um segundo quais tokens foram revogados e aplica as regras de acesso.
modules-none = Nenhum módulo está conectado.
modules-connect = Crie um cliente para o módulo, passe os valores dele à aplicação e inicie-a:
modules-guide = Como instalar um módulo
modules-reload = Recarregar
modules-rules = { $current } de { $count } módulos na revisão { $revision }
modules-more =
    { $count ->
        [one] Mais { $count } está conectado.
       *[other] Mais { $count } estão conectados.
    }
module-host = Host
module-transport = Conexão
module-behind = Atraso
module-revision = Regras
module-socket = WebSocket
module-long-poll = long poll
module-poll = consulta periódica
module-since = desde { $time }
module-entries =
    { $count ->
        [one] { $count } entrada
       *[other] { $count } entradas
    }
module-acknowledged = confirmou { $time }

apis = APIs
apis-none = Ainda não há APIs. Uma API é um serviço seu que aceita tokens de acesso: tem um identificador, escopos e clientes que podem usá-la.
apis-too-many = Este projeto já tem o máximo de APIs: 50.
api-new = Nova API
api-create = Adicionar API
api-identifier = Identificador
api-identifier-hint = Um endereço https sem a parte #, como https://api.shop.example. Os tokens o trazem em aud. Ele nunca muda.
api-identifier-bad = Informe um endereço https absoluto de até 500 caracteres, sem a parte #, sem nome de usuário e sem senha.
api-exists = Este identificador já pertence a uma API.
api-host-taken = O host deste identificador pertence a outro projeto.
api-name = Nome
api-name-hint = As pessoas o leem quando um aplicativo pede acesso.
api-name-bad = Informe um nome de até 100 caracteres em uma linha.
api-scopes = Escopos
api-scopes-hint = Um por linha, com o que ele permite em palavras: orders:read = Ver seus pedidos
api-scopes-bad = Escreva no máximo 100 escopos diferentes, um por linha, sem espaços no nome e com até 200 caracteres de descrição. Escopos do Usher, como openid, não podem ser usados.
api-roles = Papéis nos tokens
api-roles-hint = Nomes de papéis separados por espaços, ou * para todos. Papéis que proíbem algo estão sempre nos tokens.
api-roles-bad = Escreva no máximo 100 nomes de papéis, ou *.
api-permissions = Permissões nos tokens
api-permissions-hint = Como Order:read ou Order:*, separadas por espaços. Só as que valem sem condição.
api-permissions-bad = Escreva no máximo 100 permissões como Order:read, Order:* ou *.
api-format = Tokens de acesso
api-format-jwt = JWT: a própria API os verifica
api-format-opaque = Opacos: a API pergunta ao Usher sobre cada um
api-alg = Assinatura
api-alg-of-client = Conforme o cliente
api-alg-bad = Escolha um dos algoritmos e formatos.
api-lifetime = Validade em segundos
api-lifetime-hint = Vazio: a configuração deste servidor.
api-self-registered = Clientes que se registram sozinhos podem pedir esta API
api-self-registered-hint = Para servidores MCP e outras APIs destinadas a qualquer software. O consentimento é sempre pedido.

initial-tokens = Tokens de registro
initial-tokens-lead = Quem tem um desses tokens pode registrar clientes neste projeto no endpoint de registro.
initial-tokens-closed = Ninguém pode registrar clientes: a configuração “registration.dynamic” é closed.
initial-tokens-open = Qualquer um pode registrar clientes sem token: a configuração “registration.dynamic” é open. Com um token, eles pertencem a este projeto.
initial-tokens-none = Não há tokens.
initial-token = Token de acesso inicial
initial-token-text = Entregue a quem registra clientes, para o cabeçalho Authorization: Bearer. Ele é mostrado só desta vez.
initial-token-new = Novo token
initial-token-name-hint = Para que ele serve.
initial-token-max = Clientes que ele pode registrar
initial-token-days = Dias até expirar
initial-token-create = Criar token
initial-token-clients = Clientes:
initial-token-expires = expira em
initial-token-ended = esgotado
initial-token-delete = Excluir
api-lifetime-bad = Informe um número inteiro de segundos, no máximo a configuração tokens.longest_access_ttl.
api-added = A API está pronta.
api-saved = A API foi salva.
api-deleted = A API foi excluída.
api-clients = Clientes de outros projetos
api-clients-text = Os clientes deste projeto podem usar a API. Os outros podem depois que você os permitir aqui.
api-client-id = ID do cliente
api-client-scope = Escopos
api-client-scope-hint = Separados por espaços. Vazio: todos os escopos da API.
api-client-scope-bad = Escreva apenas escopos que esta API tem, separados por espaços.
api-client-every-scope = Todos os escopos
api-client-allow = Permitir
api-client-remove = Remover
api-client-own = Este cliente pertence a este projeto e não precisa de permissão.
api-client-unknown = Não há cliente com este ID.
api-clients-too-many = Esta API já tem o máximo de clientes de outros projetos: 100.
api-client-allowed = O cliente pode usar a API.
api-client-removed = O cliente não pode mais usar a API. Seus tokens não são mais válidos.
api-delete = Excluir esta API…
api-delete-text = Isto não pode ser desfeito. O Usher passa a recusar seus tokens, e nenhum aplicativo recebe novos.
webhooks = Webhooks
webhook = Webhook
webhooks-none = Ainda não há webhooks. Um webhook é um endereço seu que fica sabendo do que acontece neste projeto.
webhooks-too-many = Este projeto já tem o máximo de webhooks: 20.
webhook-new = Novo webhook
webhook-create = Adicionar webhook
webhook-url = Endereço
webhook-url-hint = Para onde as mensagens vão, por exemplo https://shop.example/hooks/usher.
webhook-url-bad = Informe um endereço https público de até 2.000 caracteres, sem a parte depois de #.
webhook-description = Para que serve
webhook-description-bad = Use até 200 caracteres, em uma só linha.
webhook-events = Eventos
webhook-events-hint = Escolha o que seu receptor precisa. Grupos inteiros recebem também os eventos que versões futuras acrescentarem.
webhook-events-bad = Escolha pelo menos um evento contado a projetos.
webhook-every-event = Todos os eventos, também os que versões futuras acrescentarem
webhook-all-of = Todos de { $events }
webhook-other-events = Eventos que não existem mais
webhook-chosen =
    { $count ->
        [one] { $count } escolhido
       *[other] { $count } escolhidos
    }
latency = Tempos de resposta
latency-ms = ms
latency-result = Resultado
latency-summary =
    { $count ->
        [one] A última tentativa levou { $slowest } ms; falhas: { $failed }.
       *[other] As últimas { $count } tentativas: mediana { $median } ms, mais lenta { $slowest } ms; falhas: { $failed }.
    }
delivery-body = Mensagem
webhook-on = Em uso
webhook-off = Fora de uso
webhook-failing = Falhando
webhook-failing-since = Só falhas desde { $time }. Depois de uma semana, ele é posto fora de uso.
webhook-off-owner = Foi posto fora de uso aqui. O que acontece nesse meio-tempo não é enviado, nem depois.
webhook-off-gone = O endereço respondeu que não existe mais (410).
webhook-off-failing = Só houve falhas durante uma semana.
webhook-not-in-use = Este webhook está fora de uso. Primeiro reative-o.
webhook-secret = Segredo de assinatura
webhook-secret-text = Com ele o destinatário confere a assinatura de cada mensagem, como diz a especificação Standard Webhooks.
webhook-rotate-text = O atual continua assinando ao lado do novo, para que seu receptor troque sem interrupção.
webhook-former-until = O anterior assina ao lado do atual até { $time }.
webhook-disable-text = Nada é enviado até você reativá-lo. As mensagens que já esperam ficam guardadas por 31 dias; o que acontece nesse meio-tempo não é enviado depois.
webhook-enable-text = As mensagens que esperavam são enviadas.
webhook-delete = Excluir este webhook…
webhook-delete-text = Isto não pode ser desfeito. As entregas dele também são excluídas.
webhook-test = Enviar um teste
webhook-redeliver = Enviar de novo
webhook-redeliver-failed = Reenviar todas as que falharam
webhook-added = O webhook está pronto.
webhook-saved = O webhook foi salvo.
webhook-tested = Um teste está a caminho. Recarregue a página para ver o resultado.
webhook-rotated = O webhook tem um novo segredo.
webhook-disabled = O webhook está fora de uso.
webhook-enabled = O webhook está em uso de novo.
webhook-deleted = O webhook foi excluído.
webhook-sent-again = A mensagem está a caminho de novo.
webhook-all-sent-again = Todas as mensagens que falharam estão a caminho de novo.
deliveries = Entregas
deliveries-none = Nada foi enviado ainda.
deliveries-older = Mais antigas
delivery-waiting = Esperando
delivery-delivered = Entregue
delivery-failed = Abandonada
delivery-next = próxima tentativa em { $time }
delivery-attempts =
    { $count ->
        [one] { $count } tentativa
       *[other] { $count } tentativas
    }
attempt-answered = respondeu { $status } em { $ms } ms
attempt-failed = { $error }, depois de { $ms } ms

client-new = Novo cliente
client-edit = Editar cliente
client-create = Criar cliente
client-id = Id do cliente
client-secret = Segredo do cliente
client-secret-text = Copie-o agora; se ele se perder, você pode criar outro.
client-kind = Tipo
client-kind-question = O que você está criando?
client-kind-web = Aplicação web
client-kind-web-text = Roda em um servidor e consegue guardar um segredo.
client-kind-spa = Aplicação de página única
client-kind-spa-text = Roda apenas no navegador, sem segredo.
client-kind-native = Aplicativo móvel ou de desktop
client-kind-native-text = Instalado nos dispositivos das pessoas, sem segredo.
client-kind-machine = Máquina
client-kind-machine-text = Um serviço que age por conta própria; ninguém entra nele.
client-kind-device = Dispositivo
client-kind-device-text = Uma televisão ou linha de comando: as pessoas entram por outra tela.
client-name-hint = As pessoas o veem ao entrar.
client-redirect-uris = URIs de redirecionamento
client-redirect-uris-hint = Para onde as pessoas voltam, uma por linha. A comparação é exata, menos na porta de http://127.0.0.1 e, em aplicativos móveis e de desktop, de http://localhost.
client-logout-uris = URIs de redirecionamento após a saída
client-logout-uris-hint = Para onde as pessoas podem ir depois de sair, uma por linha.
client-first-party = Este aplicativo é nosso
client-first-party-text = Não se pede consentimento às pessoas, exceto quando um aplicativo sem segredo no dispositivo delas pede acesso offline.
client-consent = Consentimento
client-consent-skipped = Não é pedido: o aplicativo é seu
client-consent-asked = É pedido
client-origin = Registrado por
client-origin-document = Ele mesmo: os metadados são o documento no ID do cliente
client-origin-dynamic = Ele mesmo
client-trust = Confiança
client-trusted = Um administrador responde por ele
client-untrusted = Ninguém responde por ele: a página de consentimento avisa
client-trust-text = Responder por este aplicativo. A página de consentimento deixa de avisar.
client-trust-button = Confiar
client-distrust-text = Deixar de responder por este aplicativo. A página de consentimento volta a avisar.
client-distrust-button = Não confiar
client-disabled = Desativado
client-facts = Configuração
client-quick-start = Primeiros passos
client-actions = Alterar ou remover
client-rotate = Criar um novo segredo
client-rotate-text = Tempo suficiente para todos os serviços adotarem o novo. Se o segredo vazou, encerre-o já. Qualquer segredo mais antigo termina agora.
client-tokens = Tokens e segurança
client-id-token = ID tokens
client-id-token-alg = Assinatura dos ID tokens
client-id-token-alg-hint = Mude apenas se a sua biblioteca pedir outra.
client-id-token-claims = O que os ID tokens dizem sobre a pessoa
client-id-token-claims-hint = Muitas bibliotecas leem nome e e-mail somente do ID token.
client-claims-scopes = tudo o que os escopos concedidos permitem
client-claims-minimal = somente o que foi pedido pelo nome
client-access-token = Access tokens
client-access-token-alg = Assinatura dos access tokens
alg-rs256 = RS256: toda biblioteca verifica
alg-rs256-plain = RS256
alg-es256 = ES256: menor e mais rápida
alg-es256-plain = ES256: menor e mais rápida (padrão)
alg-ps256 = PS256
alg-eddsa = EdDSA (Ed25519)
client-scope = Escopo
client-scope-hint = O máximo que ele pode pedir, separado por espaços.
client-roles-claim = Claim dos papéis
client-roles-claim-hint = O escopo “roles” informa os papéis da pessoa com este nome: roles, groups ou um endereço https.
client-pkce = Exigir PKCE
client-pkce-hint = Pedidos sem code challenge são recusados. Verifique antes se a sua biblioteca envia um.
client-pkce-fact = PKCE
client-pkce-required = Exigido
client-pkce-optional = Usado se o aplicativo enviar um challenge
client-web-origins = Origens web
client-web-origins-hint = Páginas destas origens podem chamar o endpoint de tokens, uma por linha. As das URIs de redirecionamento já podem.
client-backchannel = URI de logout por back-channel
client-backchannel-hint = O Usher a chama quando uma sessão termina.
client-audience = APIs padrão
client-audience-hint = Identificadores de APIs, um por linha. Os access tokens são para elas se um pedido não indicar nenhuma.
client-audience-none = Nenhuma: os access tokens são para o próprio Usher, a menos que um pedido indique uma API
client-userinfo = Respostas do userinfo
client-userinfo-plain = JSON simples
client-subject = Identificadores de pessoas
client-subject-hint = Não pode ser alterado depois. Com identificadores pairwise, aplicativos em hosts diferentes não conseguem descobrir quais dos seus usuários são a mesma pessoa.
client-subject-public = Públicos: os mesmos em todos os aplicativos
client-subject-pairwise = Pairwise: somente para este host
client-sector = URI do identificador de setor
client-sector-hint = Uma lista JSON com todas as URIs de redirecionamento. Os identificadores pairwise valem para o host dela. Necessária se as URIs de redirecionamento tiverem vários hosts.
client-initiate = Endereço que inicia um login
client-initiate-hint = As pessoas abrem o aplicativo aqui a partir da página da conta e entram na hora.
client-home = Página inicial
client-logo = Logotipo
client-logo-hint = Uma imagem que as pessoas veem ao entrar.
client-policy = Política de privacidade
client-terms = Termos de serviço
client-link-hint = As pessoas veem um link para ela ao entrar.
client-auth = Autenticação
client-auth-hint = Como o aplicativo se identifica no endpoint de token.
client-auth-secret = Segredo, no cabeçalho ou no formulário
client-auth-basic = Segredo no cabeçalho
client-auth-post = Segredo no formulário
client-auth-secret-jwt = JWT assinado com o segredo (client_secret_jwt)
client-auth-private-key = JWT assinado com uma chave privada (private_key_jwt)
client-auth-federated = JWT de outro emissor (federated_jwt)
client-federated = Tokens confiáveis de outros emissores
client-federated-hint = Uma lista JSON de objetos com issuer e subject e, se necessário, audience, jwks_uri ou jwks: tokens do Kubernetes, GitHub Actions ou SPIFFE que identificam o aplicativo.
client-auth-tls = Certificado de uma autoridade (tls_client_auth)
client-auth-self-signed = Certificado autoassinado (self_signed_tls_client_auth)
client-certificate-name = O que o certificado diz
client-certificate-dn = Titular
client-certificate-dns = Nome DNS
client-certificate-uri = URI
client-certificate-ip = Endereço IP
client-certificate-email = Endereço de e-mail
client-certificate = Nome no certificado
client-certificate-hint = Para um certificado de uma autoridade: por exemplo CN=shop,O=Example,C=PT, ou shop.example.org. Um autoassinado fica em x5c das chaves públicas.
client-tls-bound = Vincular tokens de acesso ao certificado
client-tls-bound-hint = Um token só funciona em uma conexão com este certificado (RFC 8705).
client-auth-none = Nenhuma: não consegue guardar um segredo
client-jwks = Chaves públicas
client-jwks-hint = Um conjunto JWK. Somente a parte pública de cada chave.
client-jwks-uri = Endereço das chaves públicas
client-jwks-uri-hint = Em vez do próprio conjunto: assim as chaves podem ser trocadas sem mudar nada aqui.
client-par = Exigir pedidos de autorização enviados antes
client-par-hint = O aplicativo envia o pedido primeiro ao Usher (PAR), e o navegador leva apenas uma referência.
client-signed = Exigir pedidos de autorização assinados
client-signed-hint = Os pedidos são JWTs, assinados com uma das chaves públicas acima.
client-dpop = Vincular tokens de acesso a uma chave
client-dpop-hint = Um token só funciona com uma prova da chave do aplicativo (DPoP).
client-exchange = Trocar tokens de usuários
client-exchange-hint = O aplicativo pode trocar o token de acesso de um usuário para as APIs deste projeto por um mais restrito, que o indica como quem age.
client-impersonate = Trocá-los sem ser indicado
client-impersonate-hint = O novo token parece ter sido pedido pelo usuário. Cada troca fica no registro de auditoria.
client-cross-app = Servidores de outros aplicativos
client-cross-app-hint = Uma lista JSON de objetos com audience (o emissor do servidor), client_id (o id deste aplicativo lá) e relying_party (o id do outro aplicativo aqui), e scope e resources se necessário: lá o aplicativo pode agir por usuários com um ID-JAG.
client-jwt-bearer = Aceitar ID-JAGs
client-jwt-bearer-hint = O aplicativo obtém tokens de acesso com asserções de provedores em que um administrador confia para isso.
client-ciba = Pedir que pessoas entrem em outro dispositivo
client-ciba-hint = O aplicativo indica uma pessoa, que responde no próprio navegador (CIBA).
client-ciba-endpoint = Endereço chamado quando uma pessoa respondeu
client-ciba-endpoint-hint = Sem ele, o aplicativo pergunta a cada poucos segundos.
client-ciba-alg = Algoritmo dos pedidos assinados
client-ciba-alg-hint = Com ele, pedidos sem assinatura são recusados. Exige chaves públicas.
client-ciba-unsigned = Sem assinatura
client-profile = Perfil de segurança
client-fapi = Exigir FAPI 2.0
client-fapi-hint = Pedidos enviados antes, PKCE, tokens vinculados a uma chave e tokens de atualização sem rotação estrita, seja qual for o ajuste acima. Exige private_key_jwt e nenhum RS256.
client-secrets = Segredos
client-secret-made = Criado em
client-secret-used = Usado pela última vez em
client-secret-unused = Ainda não usado.
client-secret-ends = Termina em
client-secret-ended-at = Terminou em
client-secret-ended = Terminado
client-secret-overlap = O segredo atual continua valendo por
client-disable = Desativar
client-disable-text = Ninguém consegue entrar, e o Usher não aceita nenhum token dele, até você reativá-lo.
client-enable = Reativar
client-delete = Excluir este cliente…
client-delete-text = Isto não pode ser desfeito. Ninguém mais consegue entrar no aplicativo, e os tokens dele deixam de funcionar.
client-delete-sure = Excluir definitivamente

dev-mail-title = E-mails retidos
dev-mail-lead = O modo de desenvolvimento não envia mensagens. Aqui está o que teria saído.
dev-mail-empty = Ainda não há mensagens. Crie uma conta ou redefina uma senha, e uma aparecerá.
dev-mail-subject = Assunto
dev-mail-to = Para
dev-mail-link = Link
dev-mail-text = Texto
dev-mail-html = Como um programa de e-mail a mostra
project = Projeto
switch-project = Trocar de projeto
all-projects = Todos os projetos
projects-lead = Cada projeto reúne aplicativos que andam juntos, e o que eles podem fazer.
clients-lead = Aplicativos em que as pessoas entram por este projeto.
members-lead = Quem trabalha neste projeto, e o que pode fazer.
webhooks-lead = Endereços seus que ficam sabendo do que acontece neste projeto.
project-token-lead = Abre a API do projeto e decifra o histórico.
is-disabled = Está desativado.
apis-lead = Para o que servem os tokens de acesso: cada API tem seus escopos, sua duração e seus clientes.

## Settings, history and deletion of a project

delete = Excluir
confirm-delete = Excluir { $name }?
confirm-with-it = Também serão excluídos:
confirm-type-name = Digite { $name } para confirmar
confirm-keep = Manter
project-settings = Configurações
project-settings-lead = O nome do projeto e a forma de excluí-lo.
project-saved = As configurações foram salvas.
project-name-hint = Os membros o veem no console.
project-second-factor = Exigir um segundo fator
project-second-factor-text = Quem entra em um aplicativo deste projeto confirma com um aplicativo autenticador, uma chave de acesso ou um código de recuperação.
project-delete = Excluir projeto
project-delete-text = Ninguém mais entra nos seus aplicativos, e os seus tokens deixam de funcionar. Isso não pode ser desfeito.
project-ends-clients = { $count ->
    [one] { $count } cliente
   *[other] { $count } clientes
}
project-ends-apis = { $count ->
    [one] { $count } API
   *[other] { $count } APIs
}
project-ends-webhooks = { $count ->
    [one] { $count } webhook
   *[other] { $count } webhooks
}
project-ends-members = { $count ->
    [one] o papel de { $count } membro
   *[other] os papéis de { $count } membros
}
project-history = Histórico
project-history-lead = O que as pessoas deste projeto fizeram nos seus aplicativos. Está criptografado: só o token mais novo do projeto o abre.
history-open = Abrir o histórico
history-token-hint = O mais novo. É usado nesta página e não é guardado.
history-token-wrong = Este não é o token mais novo do projeto.
history-sub = Usuário (sub)
history-kind = Tipo de evento
history-kind-hint = Por exemplo session.created
history-show = Mostrar
history-older = Registros mais antigos
history-entries = { $count ->
    [one] { $count } registro
   *[other] { $count } registros
}
history-none = Não há registros, ou nenhum com estes filtros.
history-data = Detalhes

## First run

first-run-title = Dê um nome ao seu primeiro projeto
first-run-lead = Passo 2 de 3. Um projeto reúne os aplicativos relacionados, os seus membros e as suas regras.
first-run-name = Projeto
first-run-name-hint = Por exemplo, o nome do seu produto ou da sua empresa
first-run-skip = Pular
first-run-continue = Continuar
first-run-client-lead = Passo 3 de 3. Registre o seu primeiro aplicativo; a próxima página traz o código para o login.

# Busca e sua paleta.

search-console = Buscar
search-palette = Busca e comandos
search-title = Busca por { $text }
search-label = Encontre pessoas, clientes, páginas e ids
search-short = Buscar
search-lead = Por nome, endereço, URL ou id. Um id leva direto ao que ele nomeia, um id de rastreamento à sua requisição.
search-button = Buscar
search-close = Fechar a busca
search-results = Resultados
search-count =
    { $count ->
        [one] { $count } resultado
       *[other] { $count } resultados
    }
search-none = Nada encontrado para { $text }
search-none-text = Cada palavra deve começar uma palavra do nome. Ids e ids de rastreamento são encontrados por inteiro, e você só encontra o que pode abrir.
search-more = Ver todos os que correspondem
search-all-users = Todos os usuários
search-pages = Ir para
search-requests = Requisições
search-attempt = Tentativa de { $client }
search-events = Eventos desta requisição
search-key-move = mover
search-key-open = abrir
search-key-close = fechar
search-invite = Convidar um usuário
search-new-provider = Adicionar um provedor
search-rotate-keys = Trocar as chaves
search-export-audit = Exportar o registro de auditoria
search-test-email = Enviar um e-mail de teste
search-new-client = Novo cliente
search-new-api = Nova API
search-new-webhook = Novo webhook
search-new-member = Adicionar um membro
search-try-rule = Testar uma regra de acesso
search-assign-roles = Atribuir papéis
search-publish-rules = Publicar as regras de acesso
search-delete-project = Excluir o projeto
