import random, collections
import pytest
from tests.services.supply.test_walk import Walk
from packtrail.base.errors import RefusedError
@pytest.mark.parametrize("seed", [*range(100,125)])
def test_x(world, seed, capsys):
    walk = Walk(world, world.maker, random.Random(seed)); ok=collections.Counter(); no=collections.Counter()
    steps = (
        [walk.take] * 8 + [walk.say] * 4 + [walk.open_made] * 3 + [walk.repeat] * 2
        + [walk.open_drawn, walk.open_imported, walk.bring, walk.bring, walk.expire, walk.draw, walk.fill,
           walk.rekey, walk.close, walk.close])
    for n in range(250):
        s=walk.chance.choice(steps)
        try:
            s(); ok[s.__name__]+=1
        except RefusedError as r: no[s.__name__,r.findings[0].code]+=1
        if n%25==24: walk.check()
    with capsys.disabled():
        print(seed, len(walk.state), dict(collections.Counter(walk.state.values())), len(set(walk.pool_of.values())), dict(ok), dict(no))
