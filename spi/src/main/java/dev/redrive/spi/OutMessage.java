// SPDX-License-Identifier: Apache-2.0

package dev.redrive.spi;

import java.time.Instant;
import java.util.Map;

/**
 * A message on its way into a transport.
 *
 * @param id its id
 * @param isUnique true if the engine made the id, so that no earlier message can have it
 * @param key its key; empty if it has none
 * @param notBefore when its first attempt may start; in the past or present for at once
 * @param headers the sender's headers and the engine's ({@link WireHeaders}); kept as they are
 * @param body the payload; kept as it is, not copied
 */
public record OutMessage(
    String id,
    boolean isUnique,
    String key,
    Instant notBefore,
    Map<String, String> headers,
    byte[] body) {}
