# O que deu errado e o que fazer.

error-code = Código do erro
error-details = Para desenvolvedores
error-trace = Id de rastreio
error-time = Horário
error-quote = Se pedir ajuda, informe o id de rastreio.
error-retry = Recomeçar

mismatch-sent = O que o aplicativo enviou
mismatch-registered = O que está registrado
mismatch-none = Nada está registrado.
mismatch-register = Registrar o que foi enviado

problem-bad-request = Não podemos aceitar este pedido
problem-bad-request-advice = Volte e tente de novo. Se um aplicativo enviou você para cá e isso acontecer outra vez, avise quem o mantém.
problem-unknown-client = Não conhecemos este aplicativo
problem-unknown-client-advice = Ele pode ter sido removido, ou o pedido usa o nome errado. Volte para onde estava ou avise quem o mantém.
problem-client-disabled = Este aplicativo está desligado
problem-client-disabled-advice = No momento ninguém consegue entrar nele. Quem o mantém pode dizer mais.
problem-client-gone = Agora ninguém consegue entrar neste aplicativo
problem-client-gone-advice = Ele foi desligado, removido ou alterado enquanto você entrava. Volte ao aplicativo e comece de novo, ou pergunte a quem o mantém. Sua conta não foi afetada.
problem-redirect-mismatch = O aplicativo informou um endereço de retorno que não está registrado
problem-redirect-mismatch-advice = Para proteger sua conta, só enviamos você de volta a endereços que conhecemos. Quem mantém o aplicativo pode registrar este.
problem-redirect-missing = O aplicativo não disse para onde enviar você de volta
problem-redirect-missing-advice = Volte ao aplicativo e tente de novo; se acontecer outra vez, avise quem o mantém.
problem-sign-in-expired = Esta entrada não vale mais
problem-sign-in-expired-advice = Ela ficou aberta por tempo demais, teve códigos errados demais ou começou em outro navegador. Entre de novo.
problem-form-expired = Este formulário não vale mais
problem-form-expired-advice = Ele ficou aberto por tempo demais, ou você entrou ou saiu nesse meio-tempo. Volte, recarregue a página e envie de novo.
problem-cross-site = Este formulário veio de outro site
problem-cross-site-advice = Outra página tentou enviar algo em seu nome. Nós a impedimos: nada foi alterado. Se você queria mudar algo, faça isso nas nossas próprias páginas.
problem-cookies-missing = Seu navegador não guardou nosso cookie
problem-cookies-missing-advice = Para entrar, é preciso um. Permita cookies para este site e recomece.
problem-loop = Você está andando em círculos
problem-loop-advice = O aplicativo continua mandando você para cá, embora você já tenha entrado. Limpe os cookies dele ou avise quem o mantém.
problem-link-expired = Este link ou código não vale mais
problem-link-expired-advice = Ele já foi usado, foi tentado vezes demais ou é antigo demais; só o mais recente funciona. Se foi você que o usou, está tudo pronto: entre. Caso contrário, comece de novo.
problem-provider-failed = O outro serviço não conseguiu identificar você
problem-provider-failed-advice = Ele não respondeu ou recusou. Tente de novo em instantes ou escolha outra forma de entrar.
problem-not-found = Esta página não existe
problem-not-found-advice = O endereço pode ter sido digitado errado, ou o que estava aqui não existe mais.
problem-deleted = Isto não existe mais
problem-deleted-advice = O projeto, aplicativo, webhook ou provedor desta página foi excluído, ou o endereço foi digitado errado. Nada foi salvo.
problem-not-allowed = Você não pode fazer isto
problem-not-allowed-advice = Falta a permissão à sua conta. Se tiver outra conta, entre com ela; se não, fale com um administrador.
problem-too-many-requests = Foi rápido demais
problem-too-many-requests-advice = Espere um pouco e tente de novo.
problem-internal = Algo quebrou do nosso lado
problem-internal-advice = Você não fez nada de errado, e já registramos o problema. Tente de novo em instantes.

wrong-host-title = Este é o servidor certo, com outro nome
wrong-host-lead = Você o abriu como { $host }. A entrada só funciona com o nome para o qual ele foi configurado, porque o navegador guarda cookies por nome.
wrong-host-open = Abrir { $url }
starting-title = Só um momento
starting-lead = O servidor está iniciando; leva alguns segundos.
starting-again = Tentar de novo

way-account = Ir para a sua conta
way-console = Ir para o console
way-again = Tentar novamente
way-reload = Carregar a página de novo
way-back-to = Ir para { $host }
kept-title = Sua sessão terminou nesse meio-tempo
kept-lead = O que você digitou está guardado nesta página, exceto segredos. Entre em uma nova aba, volte aqui e envie de novo.
kept-sign-in = Entrar em uma nova aba
kept-send = Enviar de novo
