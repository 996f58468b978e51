-- Postings are found by the lanes they span, not by their block alone: of containers a block may have
-- hundreds, and each was fetched to see whether it holds the one that is asked about. Events of a lot
-- are found in the order of time: the first page of many, without all the others.

create index posting_by_lanes on posting (class_id, block, lo, hi);
drop index posting_by_block;
create index segment_by_lot_last on segment (lot, time_until, segment_id) where lot is not null;
drop index segment_by_lot;
