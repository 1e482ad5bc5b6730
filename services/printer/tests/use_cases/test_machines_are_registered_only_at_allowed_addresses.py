from ipaddress import ip_address, ip_network
from socket import gaierror

import pytest
from printer.domain.errors import MachineAddressNotAllowed, MachineUnreachable
from printer.use_cases.machine_address import Address, MachineAddressCheck
from servicekit.errors import DomainError, InvalidRequest

PIN = b"p" * 32
LOOPBACK = ("127.0.0.0/8", "::1/128")
EVERYWHERE = ("0.0.0.0/0", "::/0")


async def check(
    host: str, *addresses: str, pin: bytes | None = PIN, networks: tuple[str, ...] = EVERYWHERE
) -> None:
    async def resolve(name: str) -> list[Address]:
        if name == "nowhere":
            raise gaierror("no such name")
        return [ip_address(address) for address in addresses]

    allowed = [ip_network(network) for network in networks]
    scheme = "ipps" if pin else "ipp"
    await MachineAddressCheck(allowed, resolve)(f"{scheme}://{host}/ipp/print", pin)


async def test_a_host_in_an_allowed_network_is_taken() -> None:
    await check("m1", "10.1.2.3", networks=("10.1.2.0/24",))


async def test_plain_ipp_is_taken_on_loopback() -> None:
    await check("localhost", "127.0.0.1", "::1", pin=None, networks=LOOPBACK)


@pytest.mark.parametrize(
    ("addresses", "networks"),
    [
        (["10.1.3.4"], ("10.1.2.0/24",)),
        (["10.1.2.4", "10.1.3.4"], ("10.1.2.0/24",)),
        (["10.1.2.3"], LOOPBACK),
        (["169.254.169.254"], EVERYWHERE),
        (["::ffff:169.254.169.254"], EVERYWHERE),
        (["fe80::1"], EVERYWHERE),
    ],
)
async def test_an_address_outside_or_a_link_local_one_is_refused(
    addresses: list[str], networks: tuple[str, ...]
) -> None:
    with pytest.raises(MachineAddressNotAllowed) as refusal:
        await check("m1", *addresses, networks=networks)

    assert refusal.value.field == "uri"


@pytest.mark.parametrize("addresses", [["10.1.2.3"], ["127.0.0.1", "10.1.2.3"]])
async def test_plain_ipp_to_another_host_is_refused(addresses: list[str]) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        await check("m1", *addresses, pin=None)

    assert refusal.value.field == "uri"


@pytest.mark.parametrize(("uri", "pin"), [("ipps://m1", None), ("ipp://m1", PIN)])
async def test_a_certificate_goes_with_ipps(uri: str, pin: bytes | None) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        await MachineAddressCheck([])(uri, pin)

    assert refusal.value.field == "certificate_sha256"


@pytest.mark.parametrize(
    "uri",
    [
        "http://m1", "ipps://", "ipps://[::1", "ipps://m1:port", "ipps://m1@m2",
        r"ipps://m1\@m2", "ipps://a..b", "ipps://m1:0",
    ],
)  # fmt: skip
async def test_what_is_no_address_of_a_machine_is_refused(uri: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        await MachineAddressCheck([])(uri, PIN)

    assert refusal.value.field == "uri"


async def test_a_name_without_an_address_is_unreachable() -> None:
    with pytest.raises(MachineUnreachable) as refusal:
        await check("nowhere")

    assert refusal.value.field == "uri"


@pytest.mark.parametrize(
    ("uri", "refused"),
    [("ipps://127.0.0.1:8631", None), ("ipps://[::1]", None), ("ipps://127.1.1.1", None),
     ("ipps://192.0.2.1", MachineAddressNotAllowed), ("ipps://[::2]", MachineAddressNotAllowed)],
)  # fmt: skip
async def test_literal_addresses_need_no_name_server(
    uri: str, refused: type[DomainError] | None
) -> None:
    registration = MachineAddressCheck([ip_network(network) for network in LOOPBACK])

    if refused is None:
        await registration(uri, PIN)
    else:
        with pytest.raises(refused):
            await registration(uri, PIN)
