-- name: last_words
select distinct on (id, type) id, attributes, children
  from vocabulary_element
 where id = any(%(ids)s) and audience_id = any(%(audience_ids)s)
 order by id, type, element_no desc

-- name: ids_with_attribute
select distinct id
  from vocabulary_element
 where attributes ?| %(names)s and audience_id = any(%(audience_ids)s)
