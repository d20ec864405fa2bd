from points_api.officers import passwords


async def test_a_password_matches_its_hash_and_no_other():
    stored = await passwords.hash_of("right")
    assert await passwords.matches("right", stored)
    assert not await passwords.matches("Right", stored)
    assert await passwords.hash_of("right") != stored


async def test_nothing_matches_the_decoy_and_it_costs_the_same():
    stored = await passwords.hash_of("right")
    assert passwords.DECOY.rsplit("$", 2)[0] == stored.rsplit("$", 2)[0]
    assert len(passwords.DECOY) == len(stored)
    assert not await passwords.matches("", passwords.DECOY)


async def test_a_hash_says_how_it_was_made():
    assert (await passwords.hash_of("x")).startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_new_passwords_are_never_the_same_and_can_be_typed():
    made = {passwords.new() for _ in range(100)}
    assert len(made) == 100
    assert all(len(one) == 23 and one.isascii() and "l" not in one for one in made)
