"""Which Asterisk modules are loaded: those that a call centre needs and no others (less to fail, less to attack)."""

from __future__ import annotations

MODULES: tuple[str, ...] = (
    # timing, storage of run-time objects, HTTP and WebSocket
    "res_timing_timerfd", "res_timing_pthread", "res_sorcery_config", "res_sorcery_memory", "res_sorcery_astdb",
    "res_http_websocket", "res_websocket_client", "res_crypto", "res_srtp", "res_rtp_asterisk",
    # SIP
    "res_pjproject", "res_pjsip", "res_pjsip_session", "res_pjsip_sdp_rtp", "res_pjsip_pubsub", "res_pjsip_acl",
    "res_pjsip_authenticator_digest", "res_pjsip_outbound_authenticator_digest", "res_pjsip_caller_id",
    "res_pjsip_dlg_options", "res_pjsip_dtmf_info", "res_pjsip_empty_info",
    "res_pjsip_endpoint_identifier_ip", "res_pjsip_endpoint_identifier_user", "res_pjsip_header_funcs",
    "res_pjsip_logger", "res_pjsip_maintenance", "res_pjsip_nat", "res_pjsip_outbound_registration",
    "res_pjsip_path", "res_pjsip_refer", "res_pjsip_registrar", "res_pjsip_rfc3326",
    "res_pjsip_transport_websocket", "chan_pjsip",
    # media
    "res_format_attr_opus", "codec_ulaw", "codec_alaw", "codec_a_mu", "codec_gsm", "codec_g722", "codec_resample",
    "codec_opus_open_source", "format_pcm", "format_sln", "format_wav", "format_gsm", "res_musiconhold",
    "chan_bridge_media", "bridge_simple", "bridge_native_rtp", "bridge_softmix", "bridge_holding",
    "bridge_builtin_features",
    # control from outside
    "res_stasis", "res_stasis_answer", "res_stasis_device_state", "res_stasis_playback", "res_stasis_recording",
    "res_stasis_snoop", "app_stasis", "res_ari", "res_ari_model", "res_ari_applications", "res_ari_asterisk",
    "res_ari_bridges", "res_ari_channels", "res_ari_device_states", "res_ari_endpoints", "res_ari_events",
    "res_ari_playbacks", "res_ari_recordings", "res_ari_sounds",
    # dialplan: ours, its fallback, and what the benchmark compares us with (app_queue)
    "pbx_config", "app_dial", "app_echo", "app_milliwatt", "app_mixmonitor", "app_playback", "app_playtones",
    "app_queue", "app_read", "app_senddtmf", "app_stack", "app_verbose", "app_waituntil", "func_callerid",
    "func_channel", "func_devstate", "func_global", "func_groupcount", "func_hangupcause", "func_logic",
    "func_math", "func_pjsip_contact", "func_pjsip_endpoint", "func_pjsip_aor", "func_rand", "func_strings",
    "func_timeout", "func_uuid",
)


def modules_conf() -> str:
    lines = ["[modules]", "autoload = no", *(f"load = {name}.so" for name in MODULES)]
    return "\n".join(lines) + "\n"
