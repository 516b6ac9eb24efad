// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import dev.redrive.retry.Reason;

/**
 * A dead letter. When it died is in its key.
 *
 * @param reason why
 * @param failure the last failure as text
 * @param fingerprint the failure normalised
 * @param message the message, with the attempts that count
 */
record DeadRecord(Reason reason, String failure, String fingerprint, MessageRecord message) {
  private static final int VERSION = 1;

  Frame.Unsealed encode() {
    BinaryWriter out = Frame.begin(VERSION, 192 + 2 * failure.length() + 2 * message.body().length);
    out.text(reason.wireName()).text(failure).text(fingerprint);
    message.write(out);
    return new Frame.Unsealed(out);
  }

  static DeadRecord decode(byte[] key, byte[] value) {
    BinaryReader in = Frame.open(key, value, VERSION);
    String reason = in.text();
    return new DeadRecord(
        Reason.fromWireName(reason)
            .orElseThrow(() -> new CorruptRecordException("dead for an unknown reason: " + reason)),
        in.text(),
        in.text(),
        MessageRecord.read(in));
  }
}
