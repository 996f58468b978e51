-- People are told apart by one code, never by their names: owners, whoever raised an input and
-- whoever read a notice are named by it from now on. What was written by name leads to the code by
-- the account that wrote it, else by the name where only one has it; else it stays as it was.
-- Every entry that this changes is in the history.

create temporary table told on commit drop as
select p.organisation_id, e.programme_id, e.kind, e.code, e.body as before, e.body as after
  from plan_entry e join programme p using (programme_id)
 where e.kind in ('person', 'notice', 'input', 'package', 'register', 'briefing');

-- Accounts that led to somebody by their name only.
update told set after = told.after || jsonb_build_object('account', a.name)
  from account a
 where told.kind = 'person' and a.organisation_id = told.organisation_id
   and a.display_name = told.before ->> 'name'
   and not exists (select from account x
                    where x.organisation_id = a.organisation_id and x.account_id <> a.account_id
                      and (x.name = told.code or x.display_name = a.display_name))
   and not exists (select from told x
                    where x.programme_id = told.programme_id and x.kind = 'person'
                      and (x.code = a.name or (x.before ->> 'name' = a.display_name
                                               and x.code <> told.code)));

create temporary table known on commit drop as
select programme_id, code, after ->> 'name' as name,
       coalesce(nullif(after ->> 'account', ''), code) as login
  from told where kind = 'person';

create temporary table meant on commit drop as
select programme_id, who, min(code) as code
  from (select programme_id, code as who, code from known
        union all select programme_id, name, code from known) as each
 group by programme_id, who having count(distinct code) = 1;

create temporary table signed_in on commit drop as
select p.programme_id, 'user:' || a.account_id as actor_id, a.display_name,
       coalesce(k.code, a.name) as code
  from programme p join account a using (organisation_id)
  left join known k on k.programme_id = p.programme_id and k.login = a.name;

create temporary table strangers on commit drop as
select s.programme_id, s.display_name as who, min(s.code) as code
  from signed_in s
 where not exists (select from known k
                    where k.programme_id = s.programme_id and k.name = s.display_name)
 group by s.programme_id, s.display_name having count(*) = 1;

update told set after = jsonb_set(told.after, '{owner}', to_jsonb(m.code))
  from meant m
 where told.kind in ('package', 'register', 'input', 'briefing')
   and m.programme_id = told.programme_id and m.who = told.before ->> 'owner'
   and m.code <> m.who;

update told set after = told.after || jsonb_strip_nulls(jsonb_build_object('person', coalesce(
         (select s.code from plan_change c join signed_in s using (programme_id, actor_id)
           where c.programme_id = told.programme_id and c.kind = 'input' and c.code = told.code
             and c.before is null and c.actor_name = told.before ->> 'raised_by'
           order by c.version limit 1),
         (select m.code from meant m
           where m.programme_id = told.programme_id and m.who = told.before ->> 'raised_by'),
         (select s.code from strangers s
           where s.programme_id = told.programme_id and s.who = told.before ->> 'raised_by'))))
 where told.kind = 'input' and told.before ->> 'way' is distinct from 'link';

update told set after = jsonb_set(told.after, '{receipts}', (
         select jsonb_agg(r.receipt || jsonb_strip_nulls(jsonb_build_object('person', coalesce(
                  (select s.code from plan_change c join signed_in s using (programme_id, actor_id)
                    where c.programme_id = told.programme_id and c.kind = 'notice'
                      and c.code = told.code and c.actor_name = r.receipt ->> 'by'
                      and c.at = (r.receipt ->> 'at')::timestamptz
                    order by c.version limit 1),
                  (select m.code from meant m
                    where m.programme_id = told.programme_id and m.who = r.receipt ->> 'by'),
                  (select s.code from strangers s
                    where s.programme_id = told.programme_id
                      and s.who = r.receipt ->> 'by')))) order by r.receipt_no)
           from jsonb_array_elements(told.before -> 'receipts') with ordinality
                  as r (receipt, receipt_no)))
 where told.kind = 'notice' and jsonb_array_length(coalesce(told.before -> 'receipts', '[]')) > 0;

insert into plan_change (programme_id, version, change_no, kind, code, before, after, at, actor_kind,
                         actor_id, actor_name, reason)
select programme_id, p.version + 1,
       row_number() over (partition by programme_id order by t.kind, t.code),
       t.kind, t.code, t.before, t.after, now(), 'system', 'system:upgrade', 'upgrade',
       'People are told apart by their codes'
  from told t join programme p using (programme_id) where t.before <> t.after;

update plan_entry e
   set body = t.after, revision = e.revision + 1, changed_at = now(), changed_by = 'upgrade'
  from told t
 where t.before <> t.after
   and (e.programme_id, e.kind, e.code) = (t.programme_id, t.kind, t.code);

update programme set version = version + 1
 where programme_id in (select programme_id from told where before <> after);
