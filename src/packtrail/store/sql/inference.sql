-- name: rules
select rule_no, partner, gtin, place, trust, cases, share_max, confidence, effective_at, recorded_at,
       reason, actor_name
  from inference_rule
 where organisation_id = %s
 order by effective_at desc, rule_no desc

-- name: add_rule
insert into inference_rule (organisation_id, partner, gtin, place, trust, cases, share_max,
                            confidence, effective_at, recorded_at, reason, actor_name)
values (%(organisation_id)s, %(partner)s, %(gtin)s, %(place)s, %(trust)s, %(cases)s, %(share_max)s,
        %(confidence)s, %(effective_at)s, %(recorded_at)s, %(reason)s, %(actor_name)s)
returning rule_no

-- name: draws
select draw_no, document, rule_no, seed, population, drawn, drawn_at, actor_name
  from inference_draw
 where organisation_id = %s and population && %s
 order by draw_no

-- name: add_draw
insert into inference_draw (organisation_id, document, rule_no, seed, population, drawn, drawn_at,
                            actor_name)
values (%(organisation_id)s, %(document)s, %(rule_no)s, %(seed)s, %(population)s, %(drawn)s,
        %(drawn_at)s, %(actor_name)s)
returning draw_no

-- name: lock
select organisation_id from organisation where organisation_id = %s for update
