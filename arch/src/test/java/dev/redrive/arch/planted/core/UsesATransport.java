// SPDX-License-Identifier: Apache-2.0

package dev.redrive.arch.planted.core;

import dev.redrive.arch.planted.alpha.UsesAnotherTransport;

/** Breaks: the engine uses no transport, and packages go round in no circle. */
public record UsesATransport(UsesAnotherTransport transport) {}
