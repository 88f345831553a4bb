# Segundos fatores e chaves de acesso.

second-title = Segunda etapa
second-lead = Você está entrando como { $account }. Falta mais uma etapa.
second-passkey = Usar uma chave de acesso
second-code = Código do seu aplicativo autenticador
second-code-hint = Seis dígitos. Eles mudam a cada 30 segundos.
second-remember = Não perguntar neste navegador por 30 dias
second-remember-hint = Só em um dispositivo que ninguém mais usa.
second-submit = Continuar
second-recovery-code = Código de recuperação
second-recovery-hint = Um dos códigos de recuperação que você guardou. Cada um funciona uma vez.
second-use-recovery = Usar um código de recuperação
second-back-to-code = Voltar às outras opções
second-cancel = Começar de novo

enrol-title = Configure uma segunda etapa
enrol-lead = { $client } não deixa ninguém entrar só com a senha.
enrol-totp = Usar um aplicativo autenticador
enrol-passkey = Criar uma chave de acesso
enrol-cancel = Agora não: voltar ao aplicativo

totp-title = Configurar um aplicativo autenticador
totp-lead = A partir daí, ao entrar com a senha ou com outro provedor, também será pedido um código do aplicativo, exceto nos navegadores em que você escolher não ser perguntado por 30 dias.
totp-scan = Escaneie esta imagem com o aplicativo:
totp-qr = Código QR para o seu aplicativo autenticador
totp-type = Ou digite esta chave:
totp-open = Abrir o aplicativo neste dispositivo
totp-code = Digite o código que o aplicativo mostra
totp-submit = Confirmar

factor-cancel = Cancelar

codes-title = Seus códigos de recuperação
codes-lead = Se você perder o celular ou a chave de acesso, digite um deles como segunda etapa. Cada um funciona uma vez. Eles são mostrados só agora: guarde-os em lugar seguro.
codes-download = Baixar
codes-print = Imprimir
codes-kept = Já guardei
codes-shown-before = Os códigos são mostrados uma única vez. Se você não os guardou, crie novos: os antigos deixam então de funcionar.
codes-make-new = Ir para a página de segurança
codes-heading = Códigos de recuperação
codes-renew = Criar novos códigos
codes-first = Criar códigos de recuperação
codes-renew-text = Os códigos antigos deixam de funcionar na hora.
codes-first-text = Dez códigos, cada um vale para uma segunda etapa.

passkey-title = Criar uma chave de acesso
passkey-lead = Uma chave de acesso deixa você entrar com a digital, o rosto ou o PIN em vez da senha. Ninguém consegue roubá-la com uma página falsa.
passkey-create = Criar a chave de acesso
passkey-later = Agora não
passkey-needs-script = Chaves de acesso precisam de JavaScript, que está desativado neste navegador.
passkey-not-allowed = Nada foi mostrado: foi cancelado ou demorou demais. Você pode tentar de novo.
passkey-invalid-state = Este dispositivo já tem uma chave de acesso para a sua conta.
passkey-not-supported = Este dispositivo não consegue criar uma chave de acesso do tipo necessário.
passkey-security = Chaves de acesso não funcionam neste endereço. Verifique se você está na página certa.
passkey-aborted = Outro pedido de chave de acesso tomou o lugar deste. Tente de novo.
passkey-timeout = Demorou demais. Tente de novo.
passkey-constraint = Seu dispositivo ou chave de segurança não consegue confirmar que é você. Configure antes um PIN, digital ou rosto nele.
passkey-not-readable = Não foi possível ler a chave de segurança, ou ela está cheia. Tente outra.
passkey-busy = Já há outro pedido aberto. Feche-o e tente de novo.
passkey-unknown-error = Seu navegador não conseguiu usar uma chave de acesso. Tente de novo ou escolha outra forma.
passkey-unsupported = Este navegador não conhece chaves de acesso. Escolha outra forma.

passkeys-title = Chaves de acesso
passkeys-text = Entre com a digital, o rosto ou o PIN em vez da senha.
passkeys-not-offered = Chaves de acesso pertencem a um nome de domínio, e este servidor não tem um.

passkey-name = Nome
passkey-rename = Renomear
passkey-remove = Remover
passkey-add = Adicionar uma chave de acesso
passkey-synced = Em todos os seus dispositivos

factor-since = adicionada { $time }
factor-used = último uso { $time }

always-on = Depois da senha, ou da entrada com outro provedor, uma chave de acesso é pedida.
always-off = A senha sozinha também deixa você entrar.
always-start = Sempre pedir uma chave de acesso depois da senha
always-stop = Deixar a senha sozinha bastar

totp-heading = Aplicativo autenticador
totp-on = Depois da senha, ou da entrada com outro provedor, um código do seu aplicativo é pedido.
totp-off = Um aplicativo no celular gera um código que é pedido depois da senha, ou da entrada com outro provedor.
totp-add = Configurar
totp-replace = Mudar para outro aplicativo
totp-remove = Remover o aplicativo

question-passkey = Remover a chave de acesso { $name }?
question-passkey-text = Você não poderá mais entrar com ela. O seu dispositivo a guarda até que você também a apague nele.
question-totp = Remover o aplicativo autenticador?
question-totp-text = Os códigos dele não serão mais pedidos, e os que o aplicativo mostrar não valerão mais. Para usar um aplicativo de novo, configure-o outra vez.
question-keep = Manter

remembered-title = Navegadores que pulam a segunda etapa
remembered-text = Nestes você disse que não precisa ser perguntado de novo por 30 dias.
remembered-until = até { $time }
remembered-forget = Perguntar de novo
remembered-forget-all = Perguntar de novo em todos

login-passkey = Usar uma chave de acesso

register-passkey = Usar uma chave de acesso em vez de senha
register-passkey-hint = Você a cria depois de confirmar o endereço.
register-passkey-only = Continuar com uma chave de acesso

message-passkey-unknown = Esta chave de acesso não é conhecida aqui. Talvez tenha sido removida da sua conta.
message-passkey-refused = A chave de acesso não foi aceita. Tente de novo.
message-passkey-copied = Esta chave de acesso pode ter sido copiada e não é aceita. Entre de outra forma e remova-a.
message-passkey-taken = Esta chave de acesso já está registrada.
message-passkey-added = Sua chave de acesso está pronta.
message-factor-changed = Sua alteração foi salva.
message-browser-forgotten = A segunda etapa será pedida de novo.

mail-factors-reset-subject = Suas segundas etapas foram redefinidas
mail-factors-reset-lead = Um administrador removeu o aplicativo autenticador, os códigos de recuperação e as chaves de acesso da sua conta: { $time }. Se você não tem senha, escolha uma a partir da página de entrada. Depois, configure-os de novo.
mail-codes-guessed-subject = Alguém está tentando adivinhar seus códigos
mail-codes-guessed-lead = Alguém que sabe a sua senha, ou outra forma de entrar, digitou muitos códigos errados: { $time }. Ninguém entrou. Se não foi você, mude a senha.

codes-left = { $count ->
    [0] Não resta nenhum código. Crie novos.
    [one] Resta um código.
   *[other] Restam { $count } códigos.
}
second-step = Segunda etapa
always-title = Chave de acesso como segunda etapa
