// SPDX-License-Identifier: Apache-2.0

package dev.redrive.spi;

import java.time.Duration;

/**
 * How a subscription takes messages.
 *
 * @param lease how long a message stays with the consumer unless renewed; then it is handed over
 *     again, with the same attempt number
 */
public record SubscribeOptions(Duration lease) {}
