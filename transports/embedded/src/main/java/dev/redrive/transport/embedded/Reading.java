// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

/**
 * A reading of a queue that is under way.
 *
 * @param from the first place to read
 * @param bound the first place not to read
 */
record Reading(Place from, Place bound) {}
