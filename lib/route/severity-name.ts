import * as z from 'zod'
import { SEVERITY_NAMES } from '../detection/detection.ts'

/** A severity by its name, as OCSF has them. */
export const SeverityName = z.enum(SEVERITY_NAMES)
