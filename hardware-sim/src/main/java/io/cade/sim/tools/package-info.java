/**
 * Small programs around the simulated cabinet: the technician's hands, the summary of a test run.
 */
@NullMarked
package io.cade.sim.tools;

import org.jspecify.annotations.NullMarked;
