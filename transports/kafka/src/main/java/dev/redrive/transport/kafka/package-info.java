// SPDX-License-Identifier: Apache-2.0
/**
 * Keeps queues on Kafka. {@code docs/transports/kafka.md} says what is promised and what lies
 * where.
 */
@NullMarked
package dev.redrive.transport.kafka;

import org.jspecify.annotations.NullMarked;
