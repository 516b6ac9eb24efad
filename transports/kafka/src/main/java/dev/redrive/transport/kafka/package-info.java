// SPDX-License-Identifier: Apache-2.0

/** Keeps queues on Kafka. */
@NullMarked
package dev.redrive.transport.kafka;

import org.jspecify.annotations.NullMarked;
