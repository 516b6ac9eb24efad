// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

/**
 * Who watches an engine's messages.
 *
 * @param events the listeners
 * @param surroundings the tracer, and what logs show
 */
record Observers(EventHub events, Surroundings surroundings) {}
