// SPDX-License-Identifier: Apache-2.0

package dev.redrive;

import java.time.Instant;

/**
 * One step in a message's life (promise P7): when it happened, what the message became, in which
 * attempt, and why.
 *
 * @param at when it happened
 * @param to what the message became
 * @param attempt the attempt that brought it there; 0 before the first
 * @param cause why, in a sentence; empty where the state says it all
 */
public record Transition(Instant at, MessageState to, int attempt, String cause) {}
