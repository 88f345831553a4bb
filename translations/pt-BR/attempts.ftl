# O registro de tentativas de um cliente.
attempts = Tentativas
attempts-all = Todas as tentativas
attempts-everything = Todas
attempts-failed = Com falha
attempts-filter = Quais tentativas
attempts-trace = ID de rastreamento
attempts-find = Buscar
attempts-none = Nenhuma tentativa ainda
attempts-none-text = Cada pedido de entrada, de token e de saída deste cliente aparece aqui um segundo depois de feito, com a etapa que falhou e como corrigir.
attempts-none-such = Nada encontrado
attempts-none-such-text = Nenhuma tentativa registrada deste cliente corresponde à busca.
attempts-older = Mais antigas
attempts-kept = { $count ->
    [one] As últimas 200, mantidas por { $count } dia
   *[other] As últimas 200, mantidas por { $count } dias
}
attempts-lost = { $count ->
    [one] { $count } tentativa desta instalação não foi registrada, porque o servidor estava ocupado.
   *[other] { $count } tentativas desta instalação não foram registradas, porque o servidor estava ocupado.
}
attempts-off = As tentativas não são registradas nesta instalação: a configuração attempts.record está desligada.
attempt-result-passed = Funcionou
attempt-result-failed = Falhou
attempt-result-not-reached = não alcançada
attempt-steps = O que aconteceu
attempt-details = Detalhes
attempt-request = O pedido como foi lido
attempt-redacted = Segredos, códigos e tokens não são registrados, apenas que foram enviados.
attempt-log = No log:
attempt-nothing = nada
attempt-spec = Especificação
attempt-scope = Escopo concedido
attempt-claims = Dados no ID token
attempt-done-authorize = Código emitido
attempt-done-token = Tokens emitidos
attempt-done-refresh = Tokens renovados
attempt-done-par = Pedido enviado antecipadamente
attempt-done-device = Código para um dispositivo emitido
attempt-done-ciba = Pessoa consultada em outro dispositivo
attempt-done-logout = Pedido de saída aceito
attempt-step-request = Pedido lido
attempt-step-client = Cliente encontrado e autenticado
attempt-step-found = Cliente encontrado
attempt-step-object = Objeto do pedido ou pedido antecipado lido
attempt-step-redirect = URI de redirecionamento comparada
attempt-step-grant = Tipo de concessão permitido
attempt-step-proof = Prova de posse verificada
attempt-step-credential = Código ou token lido
attempt-step-scope = Escopo verificado
attempt-step-pkce = PKCE verificado
attempt-step-session = Sessão da pessoa
attempt-step-policy = Método de entrada exigido
attempt-step-consent = Consentimento
attempt-step-redemption = Código ou token usado uma vez
attempt-step-response = Resposta enviada
attempt-title-request = O pedido é inválido
attempt-title-client = O cliente não se autenticou
attempt-title-object = O objeto do pedido foi recusado
attempt-title-redirect = A URI de redirecionamento não está registrada
attempt-title-grant = O tipo de concessão não é permitido
attempt-title-proof = A prova de posse é inválida
attempt-title-credential = O código ou token não é válido
attempt-title-scope = O escopo não é permitido
attempt-title-pkce = O PKCE falhou
attempt-title-session = Ninguém entrou na conta
attempt-title-policy = O método de entrada exigido não foi cumprido
attempt-title-consent = A pessoa não consentiu
attempt-title-redemption = O código ou token já foi usado
attempt-title-response = A resposta não pôde ser enviada
attempt-advice-request = Um parâmetro falta, foi enviado duas vezes ou tem um valor que o endpoint não aceita. A frase do log diz qual.
attempt-advice-client = Compare o ID do cliente, o segredo e a forma de envio com as credenciais deste cliente. Um segredo é mostrado uma vez: em caso de dúvida, crie outro.
attempt-advice-assertion = A asserção assinada foi recusada. Seus iss e sub são o ID do cliente, seu aud é o emissor exatamente como escrito aqui, e seus horários são os de um relógio certo.
attempt-advice-object = O pedido assinado ou antecipado foi recusado. Um pedido antecipado vale por 90 segundos e pode ser usado uma vez.
attempt-advice-redirect = O aplicativo pediu para voltar a uma URI diferente das registradas. Cada caractere conta, também a barra no fim, a porta, e http ou https.
attempt-advice-redirect-token = O pedido de token deve repetir a URI de redirecionamento do pedido de autorização, caractere por caractere.
attempt-advice-grant = O cliente não está registrado para o que pediu. Permita o tipo de concessão ou use um que seja permitido.
attempt-advice-proof = A prova DPoP é um JWT recente para este método e esta URL, assinado com a chave à qual o código ou token está vinculado.
attempt-advice-credential = Um código vale por um minuto e uma vez, para o cliente ao qual foi emitido. Comece a entrada de novo para obter outro.
attempt-advice-scope = O pedido não cita nenhum escopo que o cliente possa ter. Adicione o escopo ao cliente ou peça um que ele tenha.
attempt-advice-pkce = O code_verifier não corresponde ao code_challenge. Guarde o verificador de cada entrada, por exemplo na sessão, e envie exatamente esse.
attempt-advice-challenge = Envie code_challenge com code_challenge_method=S256: o base64url do SHA-256 de um verificador aleatório. As bibliotecas fazem isso quando o PKCE está ligado.
attempt-advice-session = Com prompt=none ninguém é consultado, então a pessoa já deve ter entrado. Comece a entrada sem prompt=none.
attempt-advice-policy = O projeto ou o cliente exige uma entrada mais forte do que a da pessoa. Deixe a pessoa configurar uma segunda etapa.
attempt-advice-consent = A pessoa escolheu Negar, ou o consentimento é necessário e prompt=none impede a pergunta. Ofereça entrar de novo.
attempt-advice-redemption = Um código funciona uma vez, e um token de renovação é trocado a cada uso. Se dois processos renovam ao mesmo tempo, compartilhem o token mais novo.
attempt-advice-response = Tente de novo. Se acontecer com frequência, passe o ID de rastreamento a quem administra este servidor.
attempt-advice-none = Todas as etapas funcionaram.
attempt-clock-ahead = { $count ->
    [one] O relógio do cliente está { $count } segundo adiantado em relação ao do servidor. Acerte-o por NTP.
   *[other] O relógio do cliente está { $count } segundos adiantado em relação ao do servidor. Acerte-o por NTP.
}
attempt-clock-behind = { $count ->
    [one] O relógio do cliente está { $count } segundo atrasado em relação ao do servidor. Acerte-o por NTP.
   *[other] O relógio do cliente está { $count } segundos atrasado em relação ao do servidor. Acerte-o por NTP.
}
attempt-difference = Diferem a partir do caractere { $place }: “{ $sent }” foi enviado, “{ $registered }” está registrado.
attempt-difference-missing = No caractere { $place } “{ $registered }” está registrado e não foi enviado.
attempt-difference-more = No caractere { $place } “{ $sent }” foi enviado e não está registrado.
attempt-fix-sure = Sim, alterar o cliente
attempt-fix-foreign = Nenhuma URI de redirecionamento deste host está registrada ainda. Qualquer um pode enviar um pedido com qualquer URI: continue somente se este endereço é seu.
attempt-fix-redirect = Registrar esta URI
attempt-fix-redirect-text = A partir de agora as pessoas podem ser enviadas de volta a este endereço depois de entrar, com um código para a conta delas:
attempt-fix-logout = Registrar esta URI
attempt-fix-logout-text = A partir de agora as pessoas podem ser enviadas a este endereço depois de sair:
attempt-fix-grant = Permitir este tipo de concessão
attempt-fix-grant-text = A partir de agora o cliente pode usar este tipo de concessão:
attempt-fix-scope = Adicionar este escopo
attempt-fix-scope-text = A partir de agora o cliente também pode pedir isto. As pessoas continuam a ser consultadas.
attempt-fix-method = Aceitar o segredo no cabeçalho e no formulário
attempt-fix-method-text = A partir de agora o cliente pode enviar o segredo no cabeçalho Authorization ou no formulário, como a biblioteca dele fizer:
attempt-fix-enable = Ativar o cliente
attempt-fix-enable-text = A partir de agora as pessoas podem entrar de novo no cliente.
message-attempt-fixed = O cliente foi alterado. Tente de novo: a etapa agora passa.
mismatch-attempts = Ver esta tentativa passo a passo
client-tabs = Páginas deste cliente
claims-preview = Dados
claims-of = O que o cliente fica sabendo de { $person }
claims-text = Com todos os escopos que o cliente pode pedir. As pessoas veem isto antes de consentir, e nada é enviado aqui.
claims-person = E-mail de outra pessoa
claims-show = Mostrar
claims-unknown = Ninguém tem este endereço de e-mail. Você vê os seus próprios dados.
claims-name = Dado
claims-value = Valor
claims-scope = Escopo
claims-where = Onde
claims-both = ID token e userinfo
claims-userinfo = Userinfo
quick-start-stacks = Tecnologia
quick-start-install = Instalar
quick-start-callback = A biblioteca volta a uma URI de redirecionamento que termina em { $path }. Nenhuma está registrada ainda: adicione-a nas configurações.
quick-start-guide = O guia completo, passo a passo
quick-start-seen = Visto pelo servidor
quick-start-done = visto
quick-start-waiting = ainda não
quick-start-asked = Uma entrada foi pedida
quick-start-code = A pessoa entrou e voltou com um código
quick-start-tokens = O código foi trocado por tokens
quick-start-out = Alguém saiu
quick-start-try = Experimentar uma entrada
quick-start-try-text = Você entra e volta ao aplicativo com um código. Se o aplicativo não começou a entrada, ele pode recusar esse código, como deve.
quick-start-failed = Algo falhou? Veja as tentativas
quick-start-values = Valores
quick-start-more = Todas as tecnologias
client-secret-end = Encerrar agora
client-secret-end-one = Encerrar agora: segredo { $id }
message-secret-ended = O segredo mais antigo foi encerrado. Quem ainda o envia é recusado a partir de agora.
