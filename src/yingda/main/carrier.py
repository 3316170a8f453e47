"""The sample company's carrier: answers the calls that agents make, so that calling out can be tried without a line.

Only started with a sample company. Listens on 127.0.0.1 alone. The last two digits of the number dialled choose what
happens: 17 busy, 18 nobody answers, 01 no such number; any other is answered after two seconds and speaks.
"""

from __future__ import annotations

import asyncio
import json
import signal
from pathlib import Path

from yingda.caller.call import PhoneCall, number_of
from yingda.caller.clips import from_wav
from yingda.caller.phone import Phone
from yingda.main.settings import Settings

_REFUSALS = {"17": 486, "01": 404}
_SPEECH = Path(__file__).parents[1] / "telephony" / "sounds" / "zh" / "yd" / "demo-caller-sales.wav"
_ANSWER_S = 2.0
_LONGEST_S = 600.0


class _Carrier:
    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def on_call(self, call: PhoneCall) -> None:
        task = asyncio.create_task(self._serve(call))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, call: PhoneCall) -> None:
        dialled = number_of(call.dialog.local)
        status = _REFUSALS.get(dialled[-2:])
        await asyncio.sleep(_ANSWER_S)
        if status is not None:
            call.reject(status)
        elif not dialled.endswith("18"):
            call.answer()
            await asyncio.sleep(_LONGEST_S)
            call.hang_up()


async def _serve(settings: Settings) -> None:
    about = json.loads((settings.data / "demo.json").read_text("utf-8"))
    ended = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, ended.set)
    carrier = _Carrier()
    speech = from_wav(_SPEECH, loop=True, pause_s=3.0) if _SPEECH.exists() else None
    async with Phone("127.0.0.1", user="carrier", port=about["carrier_port"], on_call=carrier.on_call, say=speech):
        await ended.wait()


def run(settings: Settings) -> None:
    asyncio.run(_serve(settings))
