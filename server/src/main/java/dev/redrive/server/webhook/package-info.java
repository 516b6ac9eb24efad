// SPDX-License-Identifier: Apache-2.0

/**
 * Delivers one message to one destination over HTTP and says what happened. It knows nothing of
 * queues: who calls it decides what a failure means for the message.
 */
@NullMarked
package dev.redrive.server.webhook;

import org.jspecify.annotations.NullMarked;
