"""Writes the whole configuration of one private Asterisk, so that several can run beside each other.

Nothing about a customer's phones or trunks is in these files: those are pushed at run time (`ari/endpoints.py`).
"""

from __future__ import annotations

import ipaddress
import os
import re
from pathlib import Path

import msgspec

from yingda.telephony.switch.dialplan import APP, DialplanLimits, extensions_conf
from yingda.telephony.switch.install import Install
from yingda.telephony.switch.modules import modules_conf

ARI_USER = APP
REALM = "yingda"  # part of every phone's digest: changing it makes all stored digests useless
HERE = Path(__file__).resolve().parent.parent
SHIPPED_SOUNDS = HERE / "sounds"
SHIPPED_MUSIC = HERE / "music"


class SwitchConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that differs between two instances. Ports are TCP/UDP numbers; `home` is data/asterisk."""

    home: Path
    spool: Path  # data/recordings/spool
    install: Install
    sip_host: str  # "127.0.0.1" (this machine only), "0.0.0.0" or one address of this machine
    sip_port: int
    rtp_from: int
    rtp_to: int
    ari_port: int
    engine_port: int
    ari_password: str
    engine_host: str = "127.0.0.1"
    language: str = "zh"
    limits: DialplanLimits = DialplanLimits()
    prompts: Path | None = None  # data/prompts: own prompts and music; None: only what is shipped

    @property
    def loopback(self) -> bool:
        return _bind_address(self.sip_host).startswith("127.")

    @property
    def conf(self) -> Path:
        return self.home / "etc" / "asterisk.conf"


def render(config: SwitchConfig) -> Path:
    """Write every file anew (each by rename, mode 0600) and link the sounds. Answers the path of asterisk.conf."""
    for name in ("etc", "var", "spool", "log", "run", "share", "cache", "var/keys"):
        (config.home / name).mkdir(parents=True, exist_ok=True)
    config.home.chmod(0o700)
    config.spool.mkdir(parents=True, exist_ok=True)
    _link_spool(config)
    for name, text in files(config).items():
        _write(config.home / "etc" / name, text)
    _link_share(config)
    return config.conf


def _link_spool(config: SwitchConfig) -> None:
    """What the switch records by order lies where the talks' recordings lie: one place is watched."""
    link = config.home / "spool" / "recording"
    if link.is_dir() and not link.is_symlink():
        link.rmdir()
    if not link.is_symlink():
        link.symlink_to(config.spool.resolve())


def launch_command(config: SwitchConfig) -> list[str]:
    """The command line that runs the switch in the foreground (SIGTERM ends it)."""
    return config.install.command(config.conf)


def launch_environment(config: SwitchConfig) -> dict[str, str]:
    """The environment for `launch_command`: little is inherited, since a private copy brings its own libraries."""
    keep = {key: os.environ[key] for key in ("PATH", "HOME", "TZ", "LANG") if key in os.environ}
    return {**keep, "LC_ALL": "C.UTF-8"}


def files(config: SwitchConfig) -> dict[str, str]:
    """File name → text, for all of etc/."""
    return {
        "asterisk.conf": _asterisk(config),
        "modules.conf": modules_conf(),
        "http.conf": _http(config),
        "ari.conf": _ari(config),
        "websocket_client.conf": _websocket_client(config),
        "pjsip.conf": _pjsip(config),
        "rtp.conf": _rtp(config),
        "sorcery.conf": _SORCERY,
        "musiconhold.conf": _music(config),
        "extensions.conf": extensions_conf(
            config.spool, config.language, config.limits, config.loopback, config.home / "run" / "asterisk.ctl",
        ),
        "logger.conf": _LOGGER,
        "indications.conf": _INDICATIONS,
        "stasis.conf": _STASIS,
        "cdr.conf": "[general]\nenable = no\n",
        "cel.conf": "[general]\nenable = no\n",
        "manager.conf": "[general]\nenabled = no\n",
        "queues.conf": "[general]\npersistentmembers = no\n#tryinclude queues_local.conf\n",
        "queuerules.conf": "[general]\n",
        "features.conf": "[general]\npickupexten =\n[featuremap]\n",  # *8 is the engine's
        "acl.conf": "", "codecs.conf": "", "udptl.conf": "", "ccss.conf": "[general]\n",
        "dsp.conf": "[default]\n", "pjproject.conf": _PJPROJECT,
    }


def _asterisk(config: SwitchConfig) -> str:
    home = config.home
    return f"""[directories]
astetcdir => {home}/etc
astmoddir => {config.install.modules}
astvarlibdir => {home}/var
astdbdir => {home}/var
astkeydir => {home}/var
astdatadir => {home}/share
astagidir => {home}/share/agi-bin
astspooldir => {home}/spool
astrundir => {home}/run
astlogdir => {home}/log
astcachedir => {home}/cache

[options]
nocolor = yes
dumpcore = no
defaultlanguage = {config.language}
maxfiles = 65536
transmit_silence = yes
live_dangerously = no
disable_remote_console_shell = yes
"""


def _http(config: SwitchConfig) -> str:
    # Each proxied browser phone holds one session; the default of 100 refuses the 101st.
    return f"""[general]
enabled = yes
servername = yingda
bindaddr = 127.0.0.1
bindport = {config.ari_port}
sessionlimit = 2000
session_inactivity = 30000
session_keep_alive = 120000
enable_static = no
enable_status = no
"""


def _ari(config: SwitchConfig) -> str:
    return f"""[general]
enabled = yes
pretty = no
websocket_write_timeout = 5000

[{ARI_USER}]
type = user
read_only = no
password_format = plain
password = {config.ari_password}
deny = 0.0.0.0/0.0.0.0
permit = 127.0.0.1/255.255.255.255

[engine]
type = outbound_websocket
websocket_client_id = engine
apps = {APP}
subscribe_all = yes
local_ari_user = {ARI_USER}
"""


def _websocket_client(config: SwitchConfig) -> str:
    return f"""[engine]
type = websocket_client
connection_type = persistent
uri = ws://{config.engine_host}:{config.engine_port}/ari
protocols = ari
username = {ARI_USER}
password = {config.ari_password}
connection_timeout = 500
reconnect_interval = 250
reconnect_attempts = 240
tls_enabled = no
"""


def _pjsip(config: SwitchConfig) -> str:
    # The user name is looked at before the address: a trunk that accepts 127.0.0.1 would otherwise swallow the
    # REGISTERs of all browser phones, which arrive from there through our proxy.
    return f"""[global]
type = global
user_agent = Yingda
default_realm = {REALM}
endpoint_identifier_order = username,ip
keep_alive_interval = 30
contact_expiration_check_interval = 5
unidentified_request_count = 5
unidentified_request_period = 5

[system]
type = system
disable_tcp_switch = yes
threadpool_initial_size = 4
threadpool_max_size = 32

[transport-udp]
type = transport
protocol = udp
bind = {_bind_address(config.sip_host)}:{config.sip_port}

[transport-ws]
type = transport
protocol = ws
bind = 127.0.0.1

#tryinclude pjsip_local.conf
"""


def _rtp(config: SwitchConfig) -> str:
    lines = [
        "[general]", f"rtpstart = {config.rtp_from}", f"rtpend = {config.rtp_to}", "strictrtp = yes",
        "icesupport = yes", "rtcpinterval = 5000",
    ]
    if config.loopback:
        # Asterisk never offers loopback as an ICE candidate: announce every address of this machine as 127.0.0.1.
        lines += ["ice_deny = ::/0", "[ice_host_candidates]"]
        lines += [f"{address} => 127.0.0.1" for address in local_addresses()]
    return "\n".join(lines) + "\n"


def local_addresses(table: str | None = None) -> list[str]:
    """IPv4 addresses of this machine without loopback, from the kernel's routing table (Linux)."""
    if table is None:
        path = Path("/proc/net/fib_trie")
        table = path.read_text(encoding="ascii") if path.exists() else ""
    found = re.findall(r"\|-- (\d+\.\d+\.\d+\.\d+)\s+/32 host LOCAL", table)
    return sorted({address for address in found if not address.startswith("127.")})


def _bind_address(host: str) -> str:
    """The IPv4 address to listen on: a loopback host stays private, a name or another family means all interfaces."""
    if host in ("localhost", "::1"):
        return "127.0.0.1"
    try:
        return str(ipaddress.IPv4Address(host))
    except ValueError:
        return "0.0.0.0"  # noqa: S104 - phones must reach it


def _music(config: SwitchConfig) -> str:
    include = f"#tryinclude {config.prompts}/music/musiconhold.conf\n" if config.prompts else ""
    return f"""[general]
cachertclasses = no
[default]
mode = files
directory = {config.home}/share/music
sort = random
{include}"""


def _link_share(config: SwitchConfig) -> None:
    """Lay out share/: Asterisk's documentation (it refuses modules without), our prompts and music, its sounds."""
    share = config.home / "share"
    for name in ("documentation", "rest-api"):
        _link(share / name, config.install.share / name)
    _link(share / "music", SHIPPED_MUSIC)
    for language in ("zh", "en"):
        folder = share / "sounds" / language
        if folder.is_symlink():
            folder.unlink()
        folder.mkdir(parents=True, exist_ok=True)
        if language == "en" and config.install.sounds.is_dir():
            for item in config.install.sounds.iterdir():
                _link(folder / item.name, item)
        _link(folder / "yd", _prompts(config, language) / "yd")
        if config.prompts:
            _link(folder / "own", config.prompts / "sounds" / language / "own")
    # "yd/zh/welcome" names a language outright, whatever the channel speaks
    (share / "sounds" / "yd").mkdir(exist_ok=True)
    for language in ("zh", "en"):
        _link(share / "sounds" / "yd" / language, _prompts(config, language) / "yd")
    if config.prompts:  # for a call in a language that an own prompt does not have
        _link(share / "sounds" / "own", config.prompts / "sounds" / "any" / "own")


def _prompts(config: SwitchConfig, language: str) -> Path:
    """Where a language's prompts are: shipped ones, or links to them and to what replaces them."""
    return (config.prompts / "sounds" if config.prompts else SHIPPED_SOUNDS) / language


def _link(place: Path, target: Path) -> None:
    if place.is_symlink() and place.readlink() == target:
        return
    fresh = place.with_name(place.name + ".new")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(target)
    fresh.replace(place)


def _write(path: Path, text: str) -> None:
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.write(text)
    fresh.replace(path)


# Phones and trunks live in memory only: our database is the truth and they are pushed again after a restart.
# Registered contacts stay in Asterisk's own small database, so that desk phones outlive a restart.
_SORCERY = """[res_pjsip]
endpoint = config,pjsip.conf,criteria=type=endpoint
endpoint = memory
auth = config,pjsip.conf,criteria=type=auth
auth = memory
aor = config,pjsip.conf,criteria=type=aor
aor = memory
[res_pjsip_outbound_registration]
registration = config,pjsip.conf,criteria=type=registration
registration = memory
[res_pjsip_endpoint_identifier_ip]
identify = config,pjsip.conf,criteria=type=identify
identify = memory
"""

_LOGGER = """[general]
dateformat = %F %T.%3q
use_callids = yes
appendhostname = no
queue_log = no
rotatestrategy = rotate
[logfiles]
messages.log => notice,warning,error
"""

# What strangers send must not fill the log: of the SIP library's messages only fatal ones are kept.
_PJPROJECT = """[startup]
type = startup
log_level = 0
[log_mappings]
type = log_mappings
asterisk_error = 0
asterisk_warning =
asterisk_notice =
asterisk_verbose =
asterisk_debug =
asterisk_trace =
"""

_INDICATIONS = """[general]
country = cn
[cn]
description = China
ringcadence = 1000,4000
dial = 450
busy = 450/350,0/350
ring = 450/1000,0/4000
congestion = 450/700,0/700
callwaiting = 450/400,0/4000
dialrecall = 450
record = 950/400,0/10000
info = 450/100,0/100,450/100,0/100,450/100,0/100,450/400,0/400
"""

# Messages that nobody here listens to cost time on every call: for most of them the switch makes an event of ours
# before our filter drops it; two thirds are "a variable was set".
_STASIS = """[threadpool]
initial_size = 5
idle_timeout_sec = 20
max_size = 50
[declined_message_types]
decline = ast_channel_varset_type
decline = cel_generic_type
decline = ast_mwi_state_type
decline = ast_rtp_rtcp_sent_type
decline = ast_rtp_rtcp_received_type
decline = ast_channel_mixmonitor_start_type
decline = ast_channel_mixmonitor_stop_type
decline = ast_channel_hangup_handler_type
decline = ast_channel_hangup_request_type
decline = ast_channel_moh_start_type
decline = ast_channel_moh_stop_type
decline = ast_channel_entered_bridge_type
decline = ast_channel_left_bridge_type
decline = ast_channel_dtmf_begin_type
decline = ast_security_event_type
"""
