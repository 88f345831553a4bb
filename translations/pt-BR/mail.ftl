# Cartas.

mail-verify-subject = Confirme seu endereço de e-mail
mail-verify-lead = Alguém, provavelmente você, informou este endereço para uma conta. Para confirmar que ele é seu, digite este código:
mail-verify-button = Confirmar por este link
mail-verify-not-you = Se não foi você, ignore esta mensagem. Sem o código, nada acontece.
mail-minutes =
    { $count ->
        [one] O código e o link funcionam uma única vez, por { $count } minuto.
       *[other] O código e o link funcionam uma única vez, por { $count } minutos.
    }
mail-new-password = Escolher uma nova senha

mail-registered-subject = Você já tem uma conta
mail-registered-lead = Alguém, provavelmente você, tentou criar uma conta com este endereço. Já existe uma, e nada mudou nela.
mail-registered-sign-in = Entrar
mail-registered-not-you = Se não foi você, não é preciso fazer nada. Quem tentou não ficou sabendo que este endereço tem uma conta.

mail-recovery-subject = Redefina sua senha
mail-recovery-lead = Alguém, provavelmente você, pediu para redefinir a senha da sua conta. Digite este código ou abra o link:
mail-recovery-not-you = Se não foi você, ignore esta mensagem. Sua senha continua a mesma.

mail-changed-subject = Sua senha foi alterada
mail-changed-lead = A senha da sua conta foi alterada: { $time }. Suas outras sessões foram encerradas.
mail-changed-not-you = Se foi você, não é preciso fazer nada. Se não foi, escolha uma nova senha imediatamente.

mail-reuse-subject = Encerramos uma de suas sessões
mail-reuse-lead = Um token do aplicativo “{ $application }” foi usado duas vezes: { $time }. Isso acontece quando alguém o copiou, por isso encerramos a sessão de onde ele veio.
mail-reuse-button = Ver minhas sessões
mail-reuse-meaning = No seu próprio dispositivo, basta entrar de novo. Se vir uma sessão que não conhece, encerre-a e escolha uma nova senha.

mail-footer = Esta mensagem foi enviada por uma máquina. Ninguém lê as respostas. Nunca pedimos sua senha por e-mail.
