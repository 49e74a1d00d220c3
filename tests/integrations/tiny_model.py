"""A language model of a few megabytes that says one text, for a real server; no weights from outside.

It is a bigram model in llama's architecture: the embedding is the identity, the output a table, and
the one block adds nothing. The pieces of the text are tokens of its vocabulary, each sure to follow
the one before it. So the model says the text as soon as the server's grammar lets it begin.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

TEMPLATE = """\
{%- if tools %}
<|im_start|>system
{% if messages[0].role == 'system' %}{{ messages[0].content }}{% endif %}

# Tools

You may call one or more functions. You are provided with function signatures within <tools></tools>:
<tools>
{%- for tool in tools %}
{{ tool | tojson }}
{%- endfor %}
</tools>

For each function call, return a json object with function name and arguments within \
<tool_call></tool_call> XML tags:
<tool_call>
{"name": <function-name>, "arguments": <args-json-object>}
</tool_call><|im_end|>
{%- endif %}
{%- for message in messages %}
{%- if not (tools and loop.first and message.role == 'system') %}
<|im_start|>{{ message.role }}
{{ message.content or '' }}
{%- for call in message.tool_calls or [] %}
<tool_call>
{"name": "{{ call.function.name }}", "arguments": {{ call.function.arguments | tojson }}}
</tool_call>
{%- endfor %}<|im_end|>
{%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
<|im_start|>assistant
{% endif %}
"""
_SPECIAL = ("<unk>", "<s>", "</s>", "<|im_start|>", "<|im_end|>")
_END = 4
_CONTROL, _UNKNOWN, _BYTE, _NORMAL = 3, 2, 6, 1  # kinds of tokens in the file


def pieces_of(text: str) -> list[str]:
    """The text in pieces that all differ, so that each has one follower."""
    pieces: list[str] = []
    at = 0
    while at < len(text):
        length = 8
        while text[at : at + length] in pieces and at + length < len(text):
            length += 1
        piece = text[at : at + length]
        if piece in pieces:  # the end, which is not unique: it belongs to the piece before
            piece = pieces.pop() + piece
        pieces.append(piece)
        at += length
    return pieces


def write_model(path: Path, text: str) -> None:
    """Write the model that says `text`."""
    import gguf
    import numpy as np

    pieces = pieces_of(text)
    tokens = [special.encode() for special in _SPECIAL]
    kinds = [_UNKNOWN, *[_CONTROL] * 4]
    tokens += [f"<0x{byte:02X}>".encode() for byte in range(256)]
    kinds += [_BYTE] * 256
    tokens.append("▁".encode())
    first = len(tokens)
    tokens += [piece.replace(" ", "▁").encode() for piece in pieces]
    kinds += [_NORMAL] * (1 + len(pieces))
    scores = [0.0] * 261 + [-1.0] + [-1e6] * len(pieces)
    size = -(-len(tokens) // 32) * 32
    embedding = np.zeros((len(tokens), size), np.float32)
    np.fill_diagonal(embedding, 1)
    writer = gguf.GGUFWriter(str(path), "llama")
    _describe(writer, size, tokens=tokens, kinds=kinds, scores=scores)
    writer.add_tensor("token_embd.weight", embedding)
    writer.add_tensor("output.weight", _table(np, size, len(tokens), first, len(pieces)))
    for name, shape in _block(size):
        writer.add_tensor(name, (np.ones if "norm" in name else np.zeros)(shape, np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _table(np: Any, size: int, count: int, first: int, length: int) -> Any:
    """How likely each token follows each other: row by row the follower, column by column."""
    table = np.zeros((count, size), np.float32)
    table[first, :] = 60  # the text wants to begin
    table[_END, :] = 45
    for byte in b'}]"':
        table[5 + byte, :] = 15
    for at in range(first, first + length):
        table[:, at] *= 0.1
        table[first, at] = table[_END, at] = 0
        table[at + 1 if at + 1 < first + length else _END, at] = 90
    return table / math.sqrt(size)


def _block(size: int) -> list[tuple[str, tuple[int, ...]]]:
    block = {
        "attn_norm": (size,), "attn_q": (32, size), "attn_k": (32, size), "attn_v": (32, size),
        "attn_output": (size, 32), "ffn_norm": (size,), "ffn_gate": (32, size),
        "ffn_up": (32, size), "ffn_down": (size, 32),
    }  # fmt: skip
    named = [(f"blk.0.{name}.weight", shape) for name, shape in block.items()]
    return [("output_norm.weight", (size,)), *named]


def _describe(writer: Any, size: int, *, tokens: Any, kinds: Any, scores: Any) -> None:
    writer.add_name("tiny")
    writer.add_context_length(65536)
    writer.add_embedding_length(size)
    writer.add_block_count(1)
    writer.add_feed_forward_length(32)
    writer.add_head_count(1)
    writer.add_head_count_kv(1)
    writer.add_key_length(32)
    writer.add_value_length(32)
    writer.add_rope_dimension_count(32)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_vocab_size(len(tokens))
    writer.add_file_type(0)
    writer.add_tokenizer_model("llama")
    writer.add_token_list(tokens)
    writer.add_token_scores(scores)
    writer.add_token_types(kinds)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(_END)
    writer.add_unk_token_id(0)
    writer.add_add_bos_token(False)
    writer.add_add_space_prefix(False)
    writer.add_chat_template(TEMPLATE)
