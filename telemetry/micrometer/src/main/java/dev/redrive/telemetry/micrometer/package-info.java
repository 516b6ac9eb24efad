// SPDX-License-Identifier: Apache-2.0

/** Redrive's measurements as Micrometer meters. */
@NullMarked
package dev.redrive.telemetry.micrometer;

import org.jspecify.annotations.NullMarked;
