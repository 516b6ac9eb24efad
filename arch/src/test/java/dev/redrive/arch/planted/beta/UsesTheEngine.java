// SPDX-License-Identifier: Apache-2.0

package dev.redrive.arch.planted.beta;

import dev.redrive.arch.planted.core.UsesATransport;

/** Breaks: a transport does not use the engine. */
public record UsesTheEngine(UsesATransport engine) {}
