// SPDX-License-Identifier: Apache-2.0

package dev.redrive.arch.planted.alpha;

import dev.redrive.arch.planted.beta.UsesTheEngine;

/** Breaks: a transport does not use another. */
public record UsesAnotherTransport(UsesTheEngine other) {}
