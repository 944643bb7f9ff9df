/** One reason why an object is invalid. `reason`: FieldValueRequired, FieldValueInvalid, …; `field`: like `spec.containers[0].name`. */
export type Cause = { readonly reason: string; readonly message: string; readonly field: string }
