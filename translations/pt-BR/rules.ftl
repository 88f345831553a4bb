# Regras de acesso no console.

rules = Regras de acesso
rules-lead = Publicada { $time }:
rules-lead-none = Nada foi publicado ainda.
rules-revision = Revisão { $revision }
rules-in-force = Em vigor
rules-history = Histórico
rules-history-text = Todas as publicações, da mais recente à mais antiga. Qualquer uma pode ser publicada de novo.
rules-older = Mais antigas
rules-next = Próximas
rules-back = Voltar às regras
rules-guide = Como funcionam as regras de acesso
rules-review = Revisar e publicar
rules-draft =
    { $count ->
        [one] Rascunho com { $count } alteração
       *[other] Rascunho com { $count } alterações
    }
rules-draft-text = Ainda não está em vigor.
rules-draft-saved = Salvo { $time }.
rules-draft-faults =
    { $count ->
        [one] Tem { $count } erro.
       *[other] Tem { $count } erros.
    }
rules-draft-foot = Isto altera o rascunho. Nada entra em vigor até você publicar.
rules-see-faults = Ver os erros
rules-discard = Descartar…
rules-discard-sure = Descartar o rascunho
rules-discarded = O rascunho foi descartado.
rules-saved = O rascunho foi salvo.
rules-published = As regras foram publicadas. Os módulos conectados as recebem em segundos.
rules-save-draft = Salvar rascunho
rules-outdated = Outra pessoa alterou as regras enquanto isso. Esta página mostra como estão agora: confira sua alteração e salve de novo.
rules-none = Ainda não há regras
rules-none-text = As regras dizem o que cada função pode fazer nos seus aplicativos. Comece por algo com que as pessoas trabalham, como Order, e suas ações.
rules-none-published = Nada foi publicado ainda. Publique o rascunho ou teste-o.
rules-permissions = Permissões
rules-permissions-text = Escolha uma célula, uma função ou um tipo de entidade para alterar.
rules-permission = Permissão
rules-permission-fault = Escolha uma permissão.
rules-everything = tudo
rules-no-roles = Ainda não há funções. Adicione uma para conceder algo a ela.
rules-allowed = Permitido
rules-denied = Negado
rules-conditional = Com condição
rules-not-allowed = Não permitido
rules-inherited = herdado
rules-roles = Funções
rules-roles-before = Funções anteriores
rules-roles-after = Mais funções
rules-entities-before = Tipos anteriores
rules-entities-after = Mais tipos
rules-as-text = Editar como texto
rules-as-text-text = O rascunho inteiro em um documento JSON.
rules-text = Documento
rules-document = Regras em JSON
rules-document-hint = Um rascunho com erros pode ser salvo. Ele pode ser publicado quando não tiver nenhum.
rules-text-unread = Este texto não é um documento de regras de acesso.
rules-newer = O que seu texto mudaria no rascunho atual
rules-newer-text = Copie seu texto, abra o rascunho de novo e repita a alteração; ou substitua o rascunho pelo seu texto.
rules-overwrite = Substituir o rascunho por este texto
rules-faults = O rascunho tem erros. Corrija-os primeiro.
rules-faults-title = O que conferir no rascunho
rules-faults-text = Erros impedem a publicação; avisos, não.
rules-line = Linha { $count }
rules-error = Erro
rules-warning = Aviso
rules-mend = Corrigir o rascunho
rules-effects = O que cada função ganha e perde
rules-effects-text = Com tudo o que herda.
rules-effect = { $role }: { $permission } era “{ $before }” e passa a ser “{ $after }”.
rules-gains = Ganha
rules-loses = Perde
rules-shifts = Muda
rules-changes = Alterações
rules-changes-before = Em relação à revisão anterior.
rules-changes-now = Em relação à revisão { $revision }, em vigor.
rules-no-changes = Nenhuma diferença.
rules-what = O quê
rules-before = Antes
rules-after = Depois
rules-there = presente
rules-gone = removido
rules-part-action = Ação
rules-part-attribute = Atributo
rules-part-condition = Condição
rules-part-entity = Tipo de entidade
rules-part-grant = Concessão
rules-part-parent = Herda
rules-part-role = Função
rules-part-route = Rota
rules-lines = Linha por linha
rules-lines-same =
    { $count ->
        [one] { $count } linha igual
       *[other] { $count } linhas iguais
    }
rules-line-added = Adicionada:
rules-line-removed = Removida:
rules-publish = Publicar
rules-publish-as = Publicar como revisão { $revision }
rules-publish-text = As regras entram em vigor em todos os módulos conectados em segundos. Uma revisão anterior pode ser publicada de novo a qualquer momento.
rules-keep-draft = Manter como rascunho
rules-note = Nota
rules-note-hint = O motivo, para o histórico.
rules-note-long = Uma nota tem no máximo 500 caracteres, em uma linha.
rules-same = As regras são iguais às publicadas.
rules-roll-back = Publicar de novo
rules-roll-back-to = Publicar de novo a revisão { $revision }
rules-roll-back-text = Estas regras se tornam uma nova revisão e entram em vigor em segundos. O rascunho não muda.
rules-roll-back-sure = Publicar estas regras
rules-keep = Manter o que está em vigor
rules-routes = Rotas
rules-routes-text = Os módulos negam toda requisição que não corresponde a nenhuma rota.
rules-routes-none = Nenhuma rota: os aplicativos consultam as permissões por conta própria.
rules-route-text = De que requisições se trata e quem pode fazê-las.
rules-route-path = Caminho
rules-route-path-hint = Por exemplo, /orders/:id ou /admin/*.
rules-route-path-fault = Um caminho começa com / e não tem segmentos vazios; * fica sozinho no fim.
rules-route-method = Método
rules-route-methods = Métodos
rules-route-methods-hint = Separados por espaços, ou * para todos.
rules-route-methods-fault = Os métodos são GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS ou *.
rules-route-who = Quem pode chamar
rules-route-need = Quem tem uma permissão
rules-route-auth = Todos que entraram
rules-route-public = Todos
rules-route-also = Outros requisitos
rules-route-acr = Contexto de autenticação (acr)
rules-route-acr-hint = Por exemplo, aal2: um segundo fator.
rules-route-age = Idade máxima da entrada, em segundos
rules-route-age-hint = Uma entrada mais antiga precisa ser repetida.
rules-route-age-fault = Um número inteiro de segundos.
rules-route-scopes = Escopos
rules-route-scopes-hint = Separados por espaços: o token precisa de todos.
rules-route-fresh = Perguntar ao Usher a cada requisição se o token ainda vale
rules-also-acr = Com o contexto de autenticação { $acr }.
rules-also-age =
    { $count ->
        [one] A entrada tem no máximo { $count } segundo.
       *[other] A entrada tem no máximo { $count } segundos.
    }
rules-also-scope = Com o escopo { $scope }.
rules-also-fresh = O Usher é consultado a cada requisição.
rules-route-found = A rota { $route } se aplica.
rules-route-needs = Ela exige { $permission }.
rules-route-none = Nenhuma rota corresponde a esta requisição: os módulos a negam.
rules-route-ambiguous = O caminho é ambíguo (por exemplo, //, .. ou %2f): os módulos o recusam.
rules-conditions = Condições
rules-conditions-none = Ainda não há condições.
rules-modules = Módulos
rules-modules-none = Nenhum módulo está conectado.
rules-modules-on =
    { $count ->
        [one] { $count } módulo aplica a revisão { $revision }.
       *[other] { $count } módulos aplicam a revisão { $revision }.
    }
rules-modules-without =
    { $count ->
        [one] { $count } módulo ainda não informou a revisão.
       *[other] { $count } módulos ainda não informaram a revisão.
    }
rules-new-entity = Adicionar tipo de entidade
rules-new-role = Adicionar função
rules-new-route = Adicionar rota
rules-new-condition = Adicionar condição
rules-name-taken = Já existe um com este nome.
rules-grant = O que é concedido
rules-grant-of = A função { $role }
rules-cell-text = O que esta função diz por si. As concessões de todas as funções de uma pessoa se somam, e qualquer negação prevalece.
rules-effective = Com o que a função herda e com curingas, o resultado é: { $what }.
rules-choose-nothing = Nada
rules-choose-nothing-text = Não permitido, a menos que outra regra permita.
rules-choose-allow = Permitir
rules-choose-allow-text = Sempre, sem condição.
rules-choose-when = Permitir com condição
rules-choose-when-text = Se uma das condições escolhidas abaixo for verdadeira.
rules-choose-deny = Negar
rules-choose-deny-text = Não importa o que outras funções permitam.
rules-choose-condition = Escolha pelo menos uma condição.
rules-role-text = O nome dela e o que herda. O que ela pode fazer se escolhe na tabela de permissões.
rules-role-name-hint = Por exemplo, editor. Não pode ser alterado depois.
rules-role-name-fault = O nome começa com letra minúscula ou dígito; depois, letras, dígitos e _ - . :
rules-role-title = Título
rules-role-title-hint = O que as pessoas leem.
rules-role-inherits = Herda de
rules-role-inherits-hint = Nomes de funções, separados por espaços. Ela recebe tudo o que é concedido ou negado a elas.
rules-role-others = Funções:
rules-role-unknown = Não existe essa função.
rules-remove-role = Remover função
rules-remove-role-text = As concessões vão junto. Quem tem a função a mantém até a publicação; depois, ela não concede nada.
rules-entity-text = Aquilo com que as pessoas trabalham e o que podem fazer.
rules-entity-name-hint = Por exemplo, Order. Não pode ser alterado depois.
rules-entity-name-fault = O nome começa com uma letra; depois, letras, dígitos e _. Algumas palavras são reservadas.
rules-entity-actions = Ações
rules-entity-actions-hint = Uma por linha: “read item” trata de uma delas, “list collection” de todas ou de uma nova.
rules-entity-actions-fault = Uma por linha: um nome que começa com letra minúscula e depois item ou collection.
rules-entity-attributes-hint = Um por linha, com o tipo: “owner_id string”. Os tipos são string, bool, int e strings.
rules-entity-attributes-fault = Um por linha: um nome e depois string, bool, int ou strings.
rules-remove-entity = Remover tipo de entidade
rules-remove-entity-text = As permissões vão junto, e também as concessões e rotas que as citam.
rules-attribute = Atributo
rules-attributes = Atributos
rules-operator = Operador
rules-value = Valor
rules-condition-form = Como é escrita
rules-condition-text = Condição em JSON
rules-condition-text-hint = Para o que as comparações não conseguem dizer: {"{"}"any": [{"{"}"in": ["resource.team_id", "user.teams"]{"}"}]{"}"}
rules-condition-as-text = Como texto
rules-condition-rows = Comparações
rules-condition-rows-hint = Um valor é outro atributo, como user.id, ou um texto, número, true ou false; para “in”, uma lista separada por vírgulas.
rules-condition-row-fault = Este valor não combina com o atributo e o operador.
rules-condition-empty = Escolha pelo menos um atributo.
rules-condition-name-hint = Por exemplo, own. Não pode ser alterado depois.
rules-condition-name-fault = O nome começa com letra minúscula; depois, letras, dígitos, _ e -. Não pode ser allow nem deny.
rules-joint = Ela é verdadeira se
rules-joint-all = todas as comparações são verdadeiras
rules-joint-any = uma comparação é verdadeira
rules-remove-condition = Remover condição
rules-remove-condition-text = As concessões com esta condição a perdem; as que não têm outra são removidas.
rules-remove-route = Remover rota
rules-remove-route-text = Os módulos passam a negar estas requisições, a menos que outra rota corresponda.
rules-condition-text-lead = Permite algo só se for verdadeira. O que falta não concede nada.
rules-try = Testar
rules-try-text = Quem pode fazer algo e qual regra decide. Nada é alterado.
rules-try-request = Requisição
rules-try-version = Regras
rules-try-draft = O rascunho
rules-try-button = Testar
rules-try-foot = As funções são as que a pessoa tem agora.
rules-try-what = Escolha uma permissão ou informe um caminho.
rules-try-path-hint = Então a rota decide qual permissão é necessária.
rules-try-allowed = Permitido
rules-try-denied = Não permitido
rules-try-conditional = Depende da entidade
rules-try-no-roles = Nenhuma função neste projeto
rules-or = ou uma requisição
rules-person = Pessoa
rules-person-hint = Endereço de email, id do usuário (sub) ou id de um cliente.
rules-person-missing = Diga quem é.
rules-person-unknown = Não existe essa pessoa ou esse cliente neste projeto.
rules-entity-id = Id da entidade
rules-entity-id-hint = Para funções que valem só para uma entidade.
rules-attributes-hint = Um por linha: resource.total = 250. O valor user.id representa a pessoa.
rules-attributes-fault = Um por linha: um atributo conhecido, = e um valor do tipo dele.
rules-known-attributes = Atributos conhecidos
rules-reason-allow = A função { $role } permite.
rules-reason-deny = A função { $role } nega, e uma negação prevalece.
rules-reason-holds = A função { $role } permite, porque a condição { $condition } é verdadeira.
rules-reason-fails = A função { $role } não permite, porque a condição { $condition } não é verdadeira.
rules-reason-open = A função { $role } permite se a condição { $condition } for verdadeira. Informe os atributos da entidade para saber.
rules-reason-no-role = Ninguém com este endereço ou id tem uma função neste projeto.
rules-reason-no-grant = Nenhuma dessas funções tem { $permission }.
rules-comparison-holds = { $comparison } é verdadeiro: { $values }
rules-comparison-fails = { $comparison } não é verdadeiro: { $values }
rules-comparison-open = { $comparison } depende da entidade
rules-value-missing = { $path } está ausente
rules-assignments = Atribuições
rules-assignments-text = Quem tem qual função neste projeto. Uma alteração encerra os tokens de acesso da pessoa, para que os novos tenham as funções atuais.
rules-assignments-all = Todas as atribuições
rules-assignments-of = Funções de { $person }
rules-assignments-none = Ninguém tem uma função ainda.
rules-assignments-not-found = Nenhuma função foi encontrada.
rules-find = Buscar
rules-assign = Atribuir função
rules-assign-none = Só funções publicadas podem ser atribuídas, e nenhuma foi publicada ainda.
rules-assign-foot = Os novos tokens de acesso da pessoa têm a função.
rules-assigned = A função foi atribuída.
rules-unassign = Remover
rules-unassigned = A função foi removida.
rules-assignment-entity = Só para uma entidade
rules-assignment-entity-hint = Por exemplo, Order:42.
rules-assignment-entity-fault = Uma entidade se escreve como Order:42.
rules-assignment-days = Dias
rules-assignment-days-hint = Depois ela termina sozinha. Vazio: permanece.
rules-days-fault = Um número de dias de 1 a 3650.
rules-only-for = Só para { $entity }
rules-since = desde { $time }
rules-until = até { $time }
rules-expired = Expirada
rules-role-held = A pessoa já tem esta função ali.
rules-role-many = Ninguém tem mais de 32 funções em um projeto.
