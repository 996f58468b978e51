-- A wrong lot is told apart from one that no pack of the product has: national systems have a code for
-- each. Operations of before knew no such difference.

alter table pack_operation add column is_lot_known boolean not null default true;
comment on column pack_operation.is_lot_known is
    'Of a lot that does not match: whether any pack of the product has that lot.';
