// SPDX-License-Identifier: Apache-2.0

/** Keeps queues on RabbitMQ. */
@NullMarked
package dev.redrive.transport.rabbitmq;

import org.jspecify.annotations.NullMarked;
