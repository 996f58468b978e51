-- name: insert
insert into vocabulary_element (id, type, owner_id, audience_id, capture_id, record_time, attributes,
                                children)
values (%s, %s, %s, %s, %s, %s, %s, %s)

-- name: latest_of_owner
select distinct on (id, type) id, type, owner_id, record_time, attributes, children
  from vocabulary_element
 where id = any(%(ids)s) and owner_id = %(owner_id)s and audience_id = %(audience_id)s
 order by id, type, element_no desc

-- name: latest
select distinct on (id) id, type, owner_id, record_time, attributes, children
  from vocabulary_element
 where id = any(%(ids)s) and audience_id = any(%(audience_ids)s)
 order by id, element_no desc

-- name: latest_of_type
select distinct on (id) id, type, owner_id, record_time, attributes, children
  from vocabulary_element
 where type = %(type)s and audience_id = any(%(audience_ids)s)
 order by id, element_no desc
 limit %(limit)s

-- name: ids_by_name
-- In the order of the index, so that it may stop at the first few.
select distinct v.id
  from vocabulary_element v
 where v.type = any(%(types)s) and v.audience_id = any(%(audience_ids)s)
   and exists (select 1 from jsonb_each_text(v.attributes) a
                where a.key ~ %(names)s and a.value ilike %(pattern)s)
 order by v.id
 limit %(limit)s
