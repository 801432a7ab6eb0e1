"""The entrance to the search for free times: which kind of search answers what is wanted."""

from .chain_search import ChainSearch
from .free_times import SingleSearch
from .party_search import PartySearch


def search(size, free, tasks, starts, opening=None, max_wait=0, one_after_the_other=False):
    """Return the best Offer for each start that is possible, in the order of time.

    :param int size: minutes of the stretch that is searched
    :param dict free: bits of the free minutes by resource
    :param list tasks: Task for each wanted service, in their order
    :param int starts: bits of the minutes at which the visit may begin
    :param int opening: bits of the minutes in which clients may be there; None for all
    :param int max_wait: minutes that a client may wait between two services
    :param bool one_after_the_other: guests are served in turn instead of side by side
    """
    alone = one_after_the_other or len({task.guest for task in tasks}) == 1
    if len(tasks) == 1:
        kind = SingleSearch
    elif alone and not any(task.parallel for task in tasks):
        kind = ChainSearch
    else:
        kind = PartySearch
    return kind(size, free, tasks, starts, opening, max_wait, one_after_the_other).offers()
