"""What can go wrong with prompts, on one page."""

from __future__ import annotations

from yingda.kit.errors import YingdaError


class NotAudio(YingdaError):
    """The file holds no sound that we can read."""

    code = "not_audio"
    status = 422


class AudioTooLong(YingdaError):
    """`limit_s`: the longest that is taken."""

    code = "audio_too_long"
    status = 422


class AudioSilent(YingdaError):
    """Nothing can be heard in it (or it lasts less than a fifth of a second)."""

    code = "audio_silent"
    status = 422


class ConverterFailed(YingdaError):
    """The converter did not end in time or is missing."""

    code = "converter_failed"
    status = 500


class PromptUsed(YingdaError):
    """`places` names the flows and queues that play it."""

    code = "prompt_used"
    status = 409


class PromptFileMissing(YingdaError):
    code = "prompt_file_missing"
    status = 404


class NoVoice(YingdaError):
    """No speech engine is installed, or none that speaks this language."""

    code = "no_voice"
    status = 409


class VoiceFailed(YingdaError):
    code = "voice_failed"
    status = 502
