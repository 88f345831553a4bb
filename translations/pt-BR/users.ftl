# Usuários e sessões no console.

users = Usuários
users-lead = Uma conta por pessoa, seja qual for a forma de entrar.
users-search = Buscar usuários
users-search-hint = Nome, e-mail, telefone ou id
users-find = Buscar
users-filters = Filtros e ordem
users-filters-set = Filtros ativos
users-filter-remove = remover este filtro
users-clear = Limpar tudo
users-any = Qualquer
users-status = Situação
users-active = Ativo
users-invited = Convidado
users-disabled = Desativado
users-merged = Unido
users-role = Administrador
users-admins = Só administradores
users-no-admins = Sem administradores
users-factor = Segundo fator
users-with-factor = Tem um
users-without-factor = Não tem
users-with-email = Confirmado
users-without-email = Sem e-mail confirmado
users-provider = Provedor vinculado
users-project = Membro do projeto
users-joined = Desde
users-seen = Visto por último
users-last-day = Nas últimas 24 horas
users-last-week = Nos últimos 7 dias
users-last-month = Nos últimos 30 dias
users-last-year = No último ano
users-order = Ordem
users-newest = Mais novos primeiro
users-oldest = Mais antigos primeiro
users-latest = Vistos por último primeiro
users-examined =
    { $count ->
        [one] Esta página examinou { $count } conta. A próxima continua.
       *[other] Esta página examinou { $count } contas. A próxima continua.
    }
users-none = Ninguém tem conta ainda. Convide a primeira pessoa.
users-none-found = Ninguém corresponde a esta busca.
users-person = Pessoa
users-methods = Entra com
users-never = Nunca
users-passkey = Chave de acesso
users-select = Selecionar
users-select-one = Selecionar { $name }
users-with-selected = Com as pessoas selecionadas
users-add-member = Adicionar a um projeto
users-remove-member = Remover de um projeto
users-previous = Anterior
users-next = Próxima
users-first = Primeira página
users-all = Todos os usuários
undo = Desfazer
cancel = Cancelar
user-pages = Páginas deste usuário
user-profile = Perfil
user-sign-in = Formas de entrar
user-sessions = Sessões
user-applications = Aplicativos
user-roles = Funções
user-activity = Atividade
user-self = é você
user-actions = Ações
user-edit = Editar perfil
user-edit-title = Editar perfil
user-edit-text = O e-mail e a senha são alterados só pela própria pessoa.
user-send-link = Enviar link para definir a senha
user-end-sessions = Encerrar todas as sessões
user-reset-factors = Redefinir segundos fatores
user-make-admin = Tornar administrador
user-remove-admin = Remover como administrador
user-disable = Desativar
user-enable = Ativar
user-delete = Excluir
user-merge = Unir outra conta
user-is-invited = Convidado
user-is-invited-text = Ainda não há forma de entrar: o e-mail com o link foi enviado e vale por uma semana.
user-resend = Enviar de novo
user-withdraw = Retirar o convite
user-saved = O perfil foi salvo.
user-invited = O convite está a caminho.
user-invitation-resent = O convite foi enviado de novo.
user-invitation-withdrawn = O convite foi retirado.
user-merged = As contas agora são uma só. Você pode separá-las por 30 dias.
user-separated = As contas estão separadas de novo.
user-claim = Atributo
user-value = Valor
user-source = Definido por
source-person = A própria pessoa
source-administrator = Um administrador
user-account = Conta
user-id = Id interno
user-merged-accounts = Contas unidas a esta
user-merge-until = Pode ser separada até { $time }
user-separate = Separar
user-codes-left =
    { $count ->
        [one] Resta { $count } código de recuperação
       *[other] Restam { $count } códigos de recuperação
    }
user-no-methods = Ainda não há forma de entrar.
user-totp = Aplicativo autenticador
user-added = adicionado { $time }
user-used = usado { $time }
user-no-sessions = Esta pessoa não está conectada em lugar nenhum.
session-end = Encerrar
user-no-applications = Nenhum aplicativo tem acesso a esta conta.
user-released = Compartilhado
user-show-claims = Ver atributos
user-claims-title = O que um cliente receberia
user-claims-text = Os atributos desta pessoa no ID token e no userinfo. Nada é enviado nem registrado.
user-client-unknown = Não há cliente com este id.
user-claims-of = { $client } receberia, com os escopos
user-id-token = ID token
user-userinfo = Userinfo
user-roles-text = Membros administram o projeto. Outras funções vêm das regras de acesso.
user-no-roles = Nenhuma função em projeto algum.
user-raw-event = Evento em JSON
change-disable =
    { $count ->
        [one] Desativar { $count } pessoa?
       *[other] Desativar { $count } pessoas?
    }
change-disable-text = Elas não podem entrar até que alguém as ative de novo.
change-enable =
    { $count ->
        [one] Ativar { $count } pessoa?
       *[other] Ativar { $count } pessoas?
    }
change-enable-text = Elas podem entrar de novo.
change-end =
    { $count ->
        [one] Encerrar as sessões de { $count } pessoa?
       *[other] Encerrar as sessões de { $count } pessoas?
    }
change-end-text = Os aplicativos perdem o acesso, e todos entram de novo. Não é possível desfazer.
change-delete =
    { $count ->
        [one] Excluir { $count } pessoa?
       *[other] Excluir { $count } pessoas?
    }
change-delete-text = As contas e todos os seus dados são excluídos. Não é possível desfazer.
change-link =
    { $count ->
        [one] Enviar a { $count } pessoa um link para definir a senha?
       *[other] Enviar a { $count } pessoas um link para definir a senha?
    }
change-link-text = O link vale uma vez, por 30 minutos. Nada muda até que seja usado.
change-factors =
    { $count ->
        [one] Redefinir os segundos fatores de { $count } pessoa?
       *[other] Redefinir os segundos fatores de { $count } pessoas?
    }
change-factors-text = O aplicativo autenticador, as chaves de acesso e os códigos são removidos; um e-mail avisa. Certifique-se antes de que o pedido é da própria pessoa.
change-admin =
    { $count ->
        [one] Tornar { $count } pessoa administradora?
       *[other] Tornar { $count } pessoas administradoras?
    }
change-admin-text = Administradores veem e alteram tudo neste console.
change-no-admin =
    { $count ->
        [one] Remover { $count } administrador?
       *[other] Remover { $count } administradores?
    }
change-no-admin-text = Elas mantêm a conta e perdem o acesso a este console.
change-member =
    { $count ->
        [one] Adicionar { $count } pessoa a um projeto?
       *[other] Adicionar { $count } pessoas a um projeto?
    }
change-member-text = Membros administram o projeto com os direitos da sua função.
change-no-member =
    { $count ->
        [one] Remover { $count } pessoa de um projeto?
       *[other] Remover { $count } pessoas de um projeto?
    }
change-no-member-text = Elas não podem mais administrá-lo. A conta permanece.
change-sessions =
    { $count ->
        [one] { $count } sessão termina agora.
       *[other] { $count } sessões terminam agora.
    }
change-confirm = Digite { $number }, o número de pessoas, para confirmar
changed-title =
    { $count ->
        [one] { $count } pessoa alterada
       *[other] { $count } pessoas alteradas
    }
change-done = Feito
change-not-done = Não alterado
change-refused = Esta alteração não é possível para esta pessoa.
change-refused-admin = Não é possível para um administrador nem para você. Remova-o antes como administrador.
change-refused-merged = Esta conta foi unida a outra.
change-refused-gone = Esta conta ou participação não existe mais.
change-refused-last-way = É a última forma de entrar, e não há e-mail para enviar um link.
change-refused-address = Não há e-mail para enviar um link.
changed-disable = A conta foi desativada, e as sessões terminaram.
changed-enable = A conta foi ativada.
changed-end = Todas as sessões terminaram.
changed-link = O link está a caminho.
changed-factors = Os segundos fatores foram removidos.
changed-admin = Esta pessoa agora é administradora.
changed-no-admin = Esta pessoa não é mais administradora.
changed-member = A pessoa agora é membro do projeto.
changed-no-member = A pessoa não é mais membro do projeto.
invite = Convidar
invite-title = Convidar alguém
invite-text = Um e-mail com um link permite escolher uma senha. O link vale por uma semana.
invite-send = Enviar convite
merge-title = Unir duas contas de uma pessoa
merge-text = A outra conta termina: seus vínculos e funções passam para esta, e seu id leva até aqui.
merge-find = Buscar conta
merge-other = A outra conta
merge-other-hint = O e-mail, o sub ou o id dela.
merge-unknown = Não há outra conta com este e-mail ou id.
merge-confirm = São a mesma pessoa?
merge-stays = Permanece
merge-ends = Termina
merge-undo = Ambas recebem um e-mail. Você pode separá-las por 30 dias.
merge-do = Unir contas
merge-not-active = As duas contas precisam estar ativas.
live-sessions = Sessões
live-sessions-lead = Quem está conectado agora, a atividade mais recente primeiro.
live-sessions-search = Buscar sessões
live-sessions-network = Endereço de rede
live-sessions-device = Dispositivo
live-sessions-since = Conectado
live-sessions-select = Selecionar uma sessão de { $name }
live-sessions-none = Ninguém está conectado.
live-sessions-none-found = Nenhuma sessão corresponde a esta busca.
live-sessions-end = Encerrar sessões
live-sessions-ended = As sessões terminaram.
end-sessions-question =
    { $count ->
        [one] Encerrar { $count } sessão?
       *[other] Encerrar { $count } sessões?
    }
end-sessions-text = Os aplicativos que entraram por elas perdem o acesso. Não é possível desfazer.
