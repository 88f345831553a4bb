# Importação e exportação de usuários.

import = Importar
import-title = Importar pessoas
import-lead = Traga pessoas de outro sistema, com as senhas quando os formatos permitem.
import-upload = Enviar
import-file = Arquivo
import-file-hint = CSV, JSON Lines ou JSON em UTF-8, até 256 MB: uma exportação do Usher, Auth0, Keycloak ou Zitadel, ou qualquer tabela com uma coluna de e-mail.
import-nothing-yet = O envio não altera a conta de ninguém. Em seguida você escolhe o que as colunas significam e vê o que aconteceria com cada linha.
import-guide = Guia
import-list = Importações anteriores
import-none = Nenhum arquivo foi importado ainda.
import-rows =
    { $count ->
        [one] { $count } linha
       *[other] { $count } linhas
    }
import-format-csv = CSV
import-format-csv-semicolon = CSV com ponto e vírgula
import-format-csv-tab = CSV com tabulações
import-format-json-lines = JSON Lines
import-format-json-document = Documento JSON
import-status-ready = Enviado
import-status-checking = Em verificação
import-status-checked = Verificado
import-status-importing = Em importação
import-status-done = Concluída
import-status-cancelled = Cancelada
import-status-failed = Falhou
import-fault-none = Escolha um arquivo.
import-fault-many = Dez arquivos já aguardam importação. Conclua ou cancele um deles primeiro.
import-fault-empty = O arquivo não contém pessoas.
import-fault-compressed = O arquivo está compactado. Descompacte-o ou salve a planilha como CSV.
import-fault-not-utf8 = O arquivo não está em UTF-8. Salve-o com essa codificação.
import-fault-header = A primeira linha não é um cabeçalho. Cada coluna precisa de um nome próprio.
import-cancel = Cancelar importação
import-cancelled-notice = A importação foi cancelada. As pessoas já importadas permanecem.
import-checking = Verificando, sem alterar nada
import-importing = Importando
import-progress-done = { $done } de
import-progress-of =
    { $count ->
        [one] { $count } linha.
       *[other] { $count } linhas.
    }
import-progress-rate =
    { $count ->
        [one] { $count } linha por segundo.
       *[other] { $count } linhas por segundo.
    }
import-progress-hint = A página se atualiza sozinha. Você pode sair: o trabalho continua, mesmo depois de um reinício.
import-refresh = Atualizar agora
import-would = O que aconteceria
import-would-text = Nada foi alterado ainda.
import-did = O que aconteceu
import-report = Baixar relatório
import-results = Linhas por resultado
import-all-rows = Todas as linhas
import-created = Criadas
import-updated = Atualizadas
import-skipped = Ignoradas
import-failed = Não importadas
import-no-rows = Não há linhas assim.
import-row = Linha
import-row-number = Linha { $number }
import-result = Resultado
import-why = Observações
import-more = Mais linhas
import-start-title = Importar
import-start-hint = As linhas que não podem ser importadas ficam de fora.
import-start =
    { $count ->
        [one] Importar { $count } pessoa
       *[other] Importar { $count } pessoas
    }
import-choices = Opções
import-existing = Pessoas que já têm conta
import-existing-skip = Deixar a conta como está
import-existing-update = Acrescentar o que o arquivo diz e manter o resto
import-existing-refuse = Informar a linha como não importada
import-vouch = Eu respondo por todos os endereços de e-mail
import-vouch-hint = Sem isso, só são importados os endereços que o arquivo diz estarem verificados.
import-invite = Convidar quem não tem como entrar
import-invite-hint = Cada pessoa recebe um e-mail com um link para escolher uma senha. O link vale por uma semana.
import-keep-ids = Manter os ids do arquivo
import-keep-ids-hint = Os aplicativos veem então o mesmo “sub” de antes.
import-columns = O que as colunas significam
import-columns-hint = As colunas são reconhecidas pelos nomes. Mude o que não corresponder.
import-column-ignore = Ignorar
import-column-sub = Id (sub)
import-column-verified = E-mail verificado
import-column-phone-verified = Telefone verificado
import-column-disabled = Conta desativada
import-column-enabled = Conta ativada
import-column-created = Criação
import-column-language = Idioma de páginas e e-mails
import-column-identities = Contas em provedores
import-column-password = Hash da senha
import-check = Verificar sem importar
import-check-again = Verificar de novo
import-check-hint = Mostra o que aconteceria com cada linha.
import-file-until = O arquivo será apagado em { $time } se ninguém o importar.
import-report-until = O arquivo foi apagado. O relatório será apagado em { $time }.
import-reason-row-too-long = A linha tem mais de 256 kB.
import-reason-row-not-utf8 = A linha não está em UTF-8.
import-reason-row-not-json = A linha não é um objeto JSON.
import-reason-row-quotes = As aspas da linha não correspondem.
import-reason-row-cells = A linha tem mais células que o cabeçalho.
import-reason-row-cut-off = O arquivo termina no meio desta linha.
import-reason-invalid = O valor de “{ $about }” é inválido.
import-reason-email-invalid = O endereço de e-mail é inválido.
import-reason-email-missing = A linha não tem endereço de e-mail nem conta em um provedor configurado aqui.
import-reason-email-unverified = O arquivo não diz que o endereço de e-mail está verificado.
import-reason-duplicate = A linha { $about } é sobre a mesma pessoa.
import-reason-exists = A pessoa já tem conta.
import-reason-unchanged = A conta já diz tudo isso.
import-reason-merged = A conta foi unida a outra.
import-reason-two-users = O endereço, o id e as contas em provedores pertencem a pessoas diferentes.
import-reason-other-email = A conta mantém o próprio endereço de e-mail.
import-reason-sub-invalid = O id tem mais de 255 caracteres ou sinais que não são ASCII visível.
import-reason-sub-taken = Outra linha tem o mesmo id.
import-reason-sub-deleted = O id pertenceu a uma conta excluída. Ids nunca são reutilizados.
import-reason-sub-ignored = A conta mantém o próprio id.
import-reason-identity-invalid = Uma conta em um provedor ficou de fora: falta o provedor ou o id nele.
import-reason-identity-provider = A conta em “{ $about }” ficou de fora: esse provedor não está configurado aqui.
import-reason-identity-issuer = A conta em “{ $about }” ficou de fora: o arquivo não informa o emissor.
import-reason-identity-taken = A conta em “{ $about }” ficou de fora: outra linha a tem.
import-reason-hash-unsupported = A senha ficou de fora: esse tipo de hash não é aceito.
import-reason-hash-malformed = A senha ficou de fora: o hash não pode ser lido.
import-reason-hash-expensive = A senha ficou de fora: o hash exige tempo ou memória demais.
import-reason-hash-kept = A conta mantém a própria senha.
import-reason-invited = Recebe um convite.

export = Exportar
export-title = Exportar pessoas
export-lead = Um arquivo com todas as pessoas, ou com as que os filtros da lista encontram.
export-whom = Quem está no arquivo
export-all = Todas as pessoas que têm conta.
export-some = As pessoas que estes filtros encontram:
export-what = Cada linha tem o id, o endereço de e-mail, o perfil, o idioma, a situação, as contas em provedores e quais fatores estão configurados. Não tem senhas, chaves nem segredos.
export-care = O arquivo contém dados pessoais. O download é registrado no log de auditoria.
export-csv = Baixar CSV
export-json-lines = Baixar JSON Lines
