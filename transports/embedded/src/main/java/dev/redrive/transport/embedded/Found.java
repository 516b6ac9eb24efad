// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

/**
 * A message that was read.
 *
 * @param place where it stands
 * @param message the message
 */
record Found(Place place, MessageRecord message) {}
