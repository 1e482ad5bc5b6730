"""Servicer of `Galleries`: which galleries there are, and what belongs to each."""

from passport.matcher.v1 import galleries_pb2 as pb
from passport.matcher.v1 import galleries_pb2_grpc
from servicekit.grpc import page_tokens
from servicekit.grpc.server import Context

from matcher.service import decode
from matcher.store.store import Store


class Galleries(galleries_pb2_grpc.GalleriesServicer):
    """Shows the galleries of the encounters that a caller has access to."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def ListGalleries(
        self, request: pb.ListGalleriesRequest, context: Context
    ) -> pb.ListGalleriesResponse:
        """Return galleries by name."""
        after, size = page_tokens.decode_key(request.page_token), decode.page_size(request)
        async with self._store.read() as records:
            found = await records.galleries.page(decode.office_scope(), after, size + 1)
        return pb.ListGalleriesResponse(
            galleries=[
                pb.Gallery(name=each.name, encounters=each.encounters) for each in found[:size]
            ],
            next_page_token=page_tokens.encode_next(found, size, lambda each: each.name),
        )

    async def ListMembers(
        self, request: pb.ListMembersRequest, context: Context
    ) -> pb.ListMembersResponse:
        """Return the encounters of a gallery by id."""
        after, size = page_tokens.decode_key(request.page_token), decode.page_size(request)
        async with self._store.read() as records:
            found = await records.galleries.members(
                request.gallery, decode.office_scope(), after, size + 1
            )
        return pb.ListMembersResponse(
            members=[
                pb.GalleryMember(encounter_id=each.encounter_id, person_id=each.person_id)
                for each in found[:size]
            ],
            next_page_token=page_tokens.encode_next(found, size, lambda each: each.encounter_id),
        )

    async def CountMembers(
        self, request: pb.CountMembersRequest, context: Context
    ) -> pb.CountMembersResponse:
        """Return how many encounters and persons belong to a gallery."""
        async with self._store.read() as records:
            size = await records.galleries.size(request.gallery, decode.office_scope())
        return pb.CountMembersResponse(encounters=size.encounters, people=size.people)
