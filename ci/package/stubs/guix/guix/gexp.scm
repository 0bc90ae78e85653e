;;; Stands in for Guix: a G-expression is what stands in it.
(define-module (guix gexp)
  #:export (gexp ungexp))

(define-syntax gexp
  (syntax-rules ()
    ((_ expression) 'expression)))
(define-syntax ungexp
  (syntax-rules ()
    ((_ expression) 'expression)))
