/**
 * How the technician's commands reach the running simulator: one line each way, on a Unix socket.
 */
@NullMarked
package io.cade.sim.control;

import org.jspecify.annotations.NullMarked;
