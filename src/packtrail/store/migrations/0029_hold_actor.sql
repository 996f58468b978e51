-- Who placed a hold is a person, whatever their name is later: somebody else releases it.

alter table legal_hold add column placed_by_id text not null default '';
comment on column legal_hold.placed_by_id is 'The account or key; placed_by is its name at that time.';
