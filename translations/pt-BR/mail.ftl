# Cartas.

mail-verify-subject = Confirme seu endereço de e-mail
mail-verify-lead = Alguém, provavelmente você, informou este endereço para uma conta. Para confirmar que ele é seu, digite este código:
mail-verify-button = Confirmar por este link
mail-verify-not-you = Se não foi você, ignore esta mensagem. Sem o código ou o link, nada acontece.
mail-minutes =
    { $count ->
        [one] O código e o link funcionam uma única vez, por { $count } minuto.
       *[other] O código e o link funcionam uma única vez, por { $count } minutos.
    }
mail-code-minutes =
    { $count ->
        [one] O código vale uma vez, por { $count } minuto.
       *[other] O código vale uma vez, por { $count } minutos.
    }
mail-new-password = Escolher uma nova senha

mail-registered-subject = Você já tem uma conta
mail-registered-lead = Alguém, provavelmente você, informou este endereço para outra conta. O endereço já tem uma conta, e nada mudou nela.
mail-registered-sign-in = Entrar
mail-registered-not-you = Se não foi você, não é preciso fazer nada. Quem tentou não ficou sabendo que este endereço tem uma conta.

mail-recovery-subject = Redefina sua senha
mail-recovery-lead = Alguém, provavelmente você, pediu para redefinir a senha da sua conta. Abra este link para escolher uma nova:
mail-recovery-not-you = Se não foi você, ignore esta mensagem. Sua senha continua a mesma.

mail-invitation-subject = Sua conta está pronta
mail-invitation-lead = Um administrador criou uma conta para você. Abra este link para escolher uma senha:
mail-invitation-button = Escolher uma senha
mail-invitation-days =
    { $count ->
        [one] O link funciona por { $count } dia.
       *[other] O link funciona por { $count } dias.
    }
mail-invitation-not-you = Se você não esperava esta mensagem, ignore-a: sem uma senha, ninguém pode usar a conta.
mail-project-named-subject = Convite para { $project }
mail-project-named-lead = Você foi convidado a trabalhar no projeto “{ $project }”. Abra este link para participar, com a sua conta ou uma nova:
mail-project-subject = Convite para um projeto
mail-project-lead = Você foi convidado a trabalhar em um projeto. Abra este link para participar, com a sua conta ou uma nova:
mail-project-button = Ver o convite
mail-project-not-you = Se você não esperava esta mensagem, ignore-a. Nada acontece sem você.

mail-ciba-subject = Um aplicativo pede que você entre
mail-ciba-lead = Alguém, provavelmente você, quer entrar no aplicativo “{ $application }” com a sua conta. Abra esta página para ver o pedido e permiti-lo ou recusá-lo:
mail-ciba-button = Ver o pedido
mail-ciba-minutes =
    { $count ->
        [one] O pedido espera { $count } minuto.
       *[other] O pedido espera { $count } minutos.
    }
mail-ciba-not-you = Se não foi você, ignore esta mensagem ou escolha “Não fui eu” nessa página. Ninguém entra sem a sua resposta.

mail-device-subject = Novo acesso à sua conta
mail-device-lead = Alguém entrou na sua conta com um navegador que ainda não tínhamos visto com você: { $device }. { $network }, { $time }.

mail-changed-subject = Sua senha foi alterada
mail-changed-lead = A senha da sua conta foi alterada: { $time }. Suas outras sessões foram encerradas.

mail-recovered-subject = Você tem uma nova senha
mail-recovered-lead = A senha da sua conta foi redefinida por um link de uma mensagem nossa: { $time }. Todas as sessões foram encerradas, e todos os aplicativos perdem o acesso.

mail-factor-added-subject = Um método de entrada foi adicionado
mail-factor-added-lead = Isto foi adicionado à sua conta: { $factor }. { $time }.
mail-factor-removed-subject = Um método de entrada foi removido
mail-factor-removed-lead = Isto foi removido da sua conta: { $factor }. { $time }.
mail-factor-app = aplicativo autenticador
mail-factor-passkey = chave de acesso “{ $name }”
mail-factor-codes = códigos de recuperação
mail-factor-password = senha

mail-code-used-subject = Um código de recuperação foi usado
mail-code-used-lead =
    { $count ->
        [one] Alguém entrou na sua conta com um código de recuperação: { $time }. Resta { $count } código.
       *[other] Alguém entrou na sua conta com um código de recuperação: { $time }. Restam { $count } códigos.
    }
mail-codes-renewed-subject = Você tem novos códigos de recuperação
mail-codes-renewed-lead = Novos códigos de recuperação foram criados para a sua conta: { $time }. Os antigos não funcionam mais.

mail-linked-subject = Uma nova forma de entrar
mail-linked-lead = A partir de agora, entrar com { $provider } leva à sua conta: { $time }.
mail-unlinked-subject = Uma forma de entrar foi removida
mail-unlinked-lead = Entrar com { $provider } não leva mais à sua conta: { $time }.
mail-last-identity-subject = Escolha uma senha para manter o acesso à sua conta
mail-last-identity-lead = { $provider } nos informou que sua conta lá foi excluída: { $time }. Era a única forma de entrar na sua conta aqui. Para continuar entrando, escolha uma senha.

mail-reuse-subject = Encerramos uma de suas sessões
mail-reuse-lead = Um token do aplicativo “{ $application }” foi usado de novo quando já havia um mais novo em uso: { $time }. Isso pode significar que alguém o copiou, por isso encerramos a sessão de onde ele veio.
mail-reuse-meaning = No seu próprio dispositivo, basta entrar de novo.
mail-reuse-grant-subject = Encerramos o acesso de um aplicativo
mail-reuse-grant-lead = Um token do aplicativo “{ $application }” foi usado de novo quando já havia um mais novo em uso: { $time }. Isso pode significar que alguém o copiou, por isso encerramos o acesso desse aplicativo.
mail-reuse-grant-meaning = No seu próprio dispositivo, basta entrar de novo no aplicativo.

mail-email-changed-subject = Sua conta tem um novo endereço de e-mail
mail-email-changed-lead = O endereço da sua conta foi alterado para { $email }: { $time }. Esta mensagem vai para o endereço antigo e é a última a ir para ele.

mail-merged-subject = Duas contas viraram uma
mail-merged-lead = Sua conta e outra foram unidas: { $time }. Os provedores vinculados às duas agora levam à conta que ficou. A senha e as chaves de acesso da outra conta não funcionam mais. Por 30 dias, a conta que ficou pode desfazer isso.

mail-deleted-subject = Sua conta foi excluída
mail-deleted-lead = Sua conta, seu perfil, seu endereço e todas as formas de entrar foram excluídos: { $time }. Todas as sessões foram encerradas, e todos os aplicativos perdem o acesso.
mail-deleted-for-good = Ninguém pode trazê-la de volta, nem nós.

mail-back-subject = Recupere o acesso à sua conta
mail-back-lead = Você nos disse que não foi você, por isso encerramos todas as sessões, retiramos o acesso de todos os aplicativos e apagamos a senha, se havia uma: { $time }. Por um dia, ninguém pode mudar o endereço nem as formas de entrar da sua conta, nem excluí-la. Para voltar, escolha uma nova senha que ninguém mais conheça.
mail-back-link = O link funciona uma única vez, por 24 horas. Depois disso, peça um novo na página de entrada.

mail-not-me-button = Não fui eu
mail-not-me = Se foi você, não há nada a fazer. Se não foi, abra o link acima e confirme: todas as sessões terminam, a senha da conta, se houver, deixa de funcionar e enviamos um link para escolher uma nova.

mail-about = É sobre a entrada em { $application }.
mail-preheader-code = Seu código: { $code }
mail-footer = { $service } enviou esta mensagem automaticamente. Ninguém lê as respostas. Nunca pedimos sua senha por e-mail.
mail-support = Precisa de ajuda? Escreva para

mail-test-subject = E-mail de teste do Usher
mail-test-lead = Os e-mails deste servidor chegam até você. Um administrador enviou este pelo console.
